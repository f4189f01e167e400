import { Controller } from "@hotwired/stimulus";

import type { BaseMap, GridMap, Seen } from "../map/gridmap";

/**
 * A map of our own polygons. The element holds a server-drawn picture which stays when
 * WebGL or script is missing.
 *
 *   <div class="gw-map" data-controller="map" data-map-areas-value="/map/areas.json"
 *        data-map-bounds-value="[113.1,22.5,113.2,22.6]" data-map-lng-value="113.1" data-map-lat-value="22.5"
 *        data-map-tap-value="true" data-action="place:pin->map#pin"></div>
 *
 * data-map-points-value: an address that answers ?box=west,south,east,north with GeoJSON points;
 * data-map-base-value: the configured base map. What the answer says in words
 * goes to [data-map-said] and [data-map-unplaced] beside the map. Emits map:tap with {lng, lat}.
 */
export default class MapController extends Controller<HTMLElement> {
  static override values = {
    areas: String,
    points: String,
    bounds: Array,
    lng: Number,
    lat: Number,
    tap: Boolean,
    base: Object,
    home: String,
    schematic: String,
  };
  declare areasValue: string;
  declare pointsValue: string;
  declare boundsValue: number[];
  declare lngValue: number;
  declare latValue: number;
  declare tapValue: boolean;
  declare baseValue: BaseMap;
  declare homeValue: string;
  declare schematicValue: string;
  declare readonly hasBaseValue: boolean;
  declare readonly hasLngValue: boolean;

  private map: GridMap | null = null;
  private watcher: IntersectionObserver | null = null;

  override connect(): void {
    if (!hasWebGl()) return;
    document.documentElement.classList.add("gw-map-ok"); // the picture map steps back
    // Maps far down a page are not paid for until they are seen.
    this.watcher = new IntersectionObserver((entries) => {
      if (entries.some((entry) => entry.isIntersecting)) {
        this.watcher?.disconnect();
        void this.open();
      }
    });
    this.watcher.observe(this.element);
  }

  override disconnect(): void {
    this.watcher?.disconnect();
    this.map?.close();
    this.map = null;
  }

  pin(event: CustomEvent<{ lng: number; lat: number }>): void {
    this.map?.pin(event.detail.lng, event.detail.lat, true);
  }

  private async open(): Promise<void> {
    const { GridMap } = await import("../map/gridmap");
    this.map = new GridMap(this.element, {
      areas: this.areasValue,
      points: this.pointsValue,
      bounds: this.boundsValue,
      base: this.hasBaseValue ? this.baseValue : null,
      home: this.homeValue,
      schematic: this.schematicValue,
      onSeen: (seen) => this.say(seen),
      onTap: this.tapValue ? (lng, lat) => this.tapped(lng, lat) : null,
    });
    if (this.hasLngValue) this.map.pin(this.lngValue, this.latValue, false);
  }

  /** In words under the map, for readers who do not look at it. */
  private say(seen: Seen): void {
    const around = this.element.parentElement;
    const said = around?.querySelector("[data-map-said]");
    if (said) said.textContent = seen.said;
    const unplaced = around?.querySelector("[data-map-unplaced]");
    if (unplaced) unplaced.textContent = seen.unplaced;
  }

  private tapped(lng: number, lat: number): void {
    this.map?.pin(lng, lat, false);
    this.dispatch("tap", { detail: { lng, lat }, prefix: "map" });
  }
}

function hasWebGl(): boolean {
  try {
    return document.createElement("canvas").getContext("webgl2") !== null;
  } catch {
    return false;
  }
}
