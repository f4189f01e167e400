import { Controller } from "@hotwired/stimulus";

import type { GridMap } from "../map/gridmap";
import type { LineTool, Point } from "../map/line";
import type { BaseMap } from "../map/gridmap";

/**
 * A line drawn on a map, kept as text in a field that works without it: one point on each line,
 * longitude and latitude.
 *
 *   <div data-controller="line" data-line-areas-value="/areas/7/shapes.json"
 *        data-line-bounds-value="[113.1,22.5,113.2,22.6]">
 *     <div class="gw-map" data-line-target="map"></div>
 *     <button type="button" data-action="line#clear">…</button>
 *     <textarea data-line-target="points"></textarea>
 *   </div>
 */
export default class LineController extends Controller<HTMLElement> {
  static override targets = ["map", "points", "tools"];
  static override values = { areas: String, bounds: Array, base: Object, schematic: String };
  declare readonly mapTarget: HTMLElement;
  declare readonly pointsTarget: HTMLTextAreaElement;
  declare readonly toolsTarget: HTMLElement;
  declare areasValue: string;
  declare boundsValue: number[];
  declare baseValue: BaseMap;
  declare schematicValue: string;
  declare readonly hasBaseValue: boolean;

  private map: GridMap | null = null;
  private tool: LineTool | null = null;

  override async connect(): Promise<void> {
    if (!document.createElement("canvas").getContext("webgl2")) return;
    document.documentElement.classList.add("gw-map-ok");
    const { GridMap } = await import("../map/gridmap");
    this.map = new GridMap(this.mapTarget, {
      areas: this.areasValue,
      points: "",
      bounds: this.boundsValue,
      base: this.hasBaseValue ? this.baseValue : null,
      home: "",
      schematic: this.schematicValue,
      onTap: null,
      onSeen: () => undefined,
    });
    this.tool = await this.map.drawLine(this.points(), (points) => this.write(points));
    this.toolsTarget.hidden = false;
  }

  override disconnect(): void {
    this.map?.close();
    this.map = this.tool = null;
  }

  clear(): void {
    this.tool?.clear();
  }

  private points(): Point[] {
    return this.pointsTarget.value
      .split("\n")
      .map((line) => line.split(/[,，\s]+/).filter(Boolean).map(Number))
      .filter((pair): pair is Point => pair.length === 2 && pair.every(Number.isFinite));
  }

  private write(points: Point[]): void {
    this.pointsTarget.value = points.map(([lng, lat]) => `${lng.toFixed(7)}, ${lat.toFixed(7)}`).join("\n");
  }
}
