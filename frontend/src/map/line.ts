/** One line drawn on a map: click by click, then its points may be dragged, added and taken away. */
import type { Map as LibreMap } from "maplibre-gl";
import { TerraDraw, TerraDrawLineStringMode, TerraDrawSelectMode } from "terra-draw";
import { TerraDrawMapLibreGLAdapter } from "terra-draw-maplibre-gl-adapter";

export type Point = [number, number];

const INK = "#a8211a" as const;
const PAPER = "#ffffff" as const;
const PRECISION = 7; // decimals of a degree: a centimetre

export class LineTool {
  private readonly draw: TerraDraw;

  constructor(
    map: LibreMap,
    points: Point[],
    private readonly onChange: (points: Point[]) => void,
  ) {
    this.draw = new TerraDraw({
      adapter: new TerraDrawMapLibreGLAdapter({ map, coordinatePrecision: PRECISION }),
      modes: [
        new TerraDrawLineStringMode({
          showCoordinatePoints: true,
          styles: { lineStringColor: INK, lineStringWidth: 3, coordinatePointColor: PAPER, coordinatePointOutlineColor: INK },
        }),
        new TerraDrawSelectMode({
          flags: { linestring: { feature: { draggable: false, coordinates: { draggable: true, midpoints: true, deletable: true } } } },
          styles: { selectedLineStringColor: INK, selectedLineStringWidth: 3, selectionPointColor: PAPER, selectionPointOutlineColor: INK, midPointColor: INK },
        }),
      ],
    });
    this.draw.start();
    this.draw.on("finish", (id, context) => {
      this.tell();
      if (context.action === "draw") this.edit(id);
    });
    if (points.length > 1) this.put(points);
    else this.draw.setMode("linestring");
  }

  /** Takes the line away; the next click begins a new one. */
  clear(): void {
    this.draw.setMode("linestring");
    this.draw.clear();
    this.onChange([]);
  }

  private put(points: Point[]): void {
    const [added] = this.draw.addFeatures([
      { type: "Feature", properties: { mode: "linestring" }, geometry: { type: "LineString", coordinates: points } },
    ]);
    if (added?.valid && added.id !== undefined) this.edit(added.id);
    else this.draw.setMode("linestring");
  }

  private edit(id: string | number): void {
    this.draw.setMode("select");
    this.draw.selectFeature(id);
  }

  private tell(): void {
    const drawn = this.draw.getSnapshot().find((each) => each.geometry.type === "LineString");
    this.onChange(drawn?.geometry.type === "LineString" ? (drawn.geometry.coordinates as Point[]) : []);
  }
}
