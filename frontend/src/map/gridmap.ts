/** MapLibre over our own polygons; nothing from outside but a base map that somebody configured. */
import "maplibre-gl/dist/maplibre-gl.css";

import {
  addProtocol,
  type GeoJSONSource,
  LngLatBounds,
  Map as LibreMap,
  type MapGeoJSONFeature,
  Marker,
  NavigationControl,
  Popup,
  ScaleControl,
  setWorkerUrl,
} from "maplibre-gl";
import type { FeatureCollection } from "geojson";
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url";

import type { LineTool, Point } from "./line";
import { absolute, areaLayers, baseLayers, type BaseMap, caseLayers, countLayers, marks } from "./layers";

export type { BaseMap } from "./layers";

setWorkerUrl(new URL(workerUrl, import.meta.url).href);

const LOOK_AGAIN_MS = 60_000;
const NOTHING: FeatureCollection = { type: "FeatureCollection", features: [] };

/** What the answer for the part in view says in words. */
export interface Seen {
  said: string;
  unplaced: string;
}

export interface GridMapOptions {
  areas: string;
  points: string;
  bounds: number[];
  base: BaseMap | null;
  home: string;
  schematic: string;
  onTap: ((lng: number, lat: number) => void) | null;
  onSeen: (seen: Seen) => void;
}

const PIN =
  "M18 2C9.7 2 3 8.6 3 16.8 3 27.6 18 42 18 42s15-14.4 15-25.2C33 8.6 26.3 2 18 2Z";
const HOUSE = "M3 11.5 12 4l9 7.5M6 10v9h12v-9";

function outline(viewBox: string, ...paths: [string, Record<string, string>][]): SVGElement {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("viewBox", viewBox);
  for (const [name, attributes] of paths) {
    const element = document.createElementNS(space, name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    svg.append(element);
  }
  return svg;
}

function pinElement(): HTMLElement {
  const holder = document.createElement("div");
  holder.className = "gw-map-pin";
  holder.append(
    outline(
      "0 0 36 44",
      ["path", { d: PIN, fill: "#a8211a", stroke: "#fff", "stroke-width": "2" }],
      ["circle", { cx: "18", cy: "16.5", r: "5.5", fill: "#fff" }],
    ),
  );
  return holder;
}

export class GridMap {
  private readonly map: LibreMap;
  private readonly bounds: LngLatBounds | null;
  private marker: Marker | null = null;
  private popup: Popup | null = null;
  private asked: AbortController | null = null;
  private tag = "";
  private timer = 0;

  constructor(
    element: HTMLElement,
    private readonly options: GridMapOptions,
  ) {
    const frame = document.createElement("div");
    frame.style.position = "absolute";
    frame.style.inset = "0";
    element.append(frame);
    const [west, south, east, north] = options.bounds;
    this.bounds =
      options.bounds.length === 4
        ? new LngLatBounds([west ?? 0, south ?? 0], [east ?? 0, north ?? 0])
        : null;
    const base = baseLayers(options.base);
    const areas = areaLayers(options.areas, options.base !== null);
    if (options.base?.file) void this.learnPmtiles();
    this.map = new LibreMap({
      container: frame,
      style: {
        version: 8,
        sources: { ...base.sources, ...areas.sources },
        layers: [...base.layers, ...areas.layers],
      },
      ...(this.bounds ? { bounds: this.bounds, fitBoundsOptions: { padding: 16 } } : {}),
      attributionControl: false,
      dragRotate: false,
      pitchWithRotate: false,
      cooperativeGestures: false,
      maxZoom: 19,
    });
    this.map.touchZoomRotate.disableRotation();
    this.map.addControl(new NavigationControl({ showCompass: false }), "top-right");
    if (options.points) {
      this.map.addControl(new ScaleControl({ maxWidth: 90 }), "bottom-left");
      this.addHome();
    }
    element.append(this.credit());
    const tap = options.onTap;
    if (tap) this.map.on("click", (event) => tap(event.lngLat.lng, event.lngLat.lat));
    this.map.once("load", () => {
      if (options.points) this.showCases();
      else element.setAttribute("data-map-ready", "true");
    });
  }

  pin(lng: number, lat: number, move: boolean): void {
    this.marker ??= new Marker({ element: pinElement(), anchor: "bottom" });
    this.marker.setLngLat([lng, lat]).addTo(this.map);
    if (move) this.map.easeTo({ center: [lng, lat], zoom: Math.max(this.map.getZoom(), 15) });
  }

  /** Lets somebody draw one line on the map; `onChange` hears its points. */
  async drawLine(points: Point[], onChange: (points: Point[]) => void): Promise<LineTool> {
    const { LineTool } = await import("./line");
    if (!this.map.loaded()) await this.map.once("load");
    return new LineTool(this.map, points, onChange);
  }

  close(): void {
    window.clearInterval(this.timer);
    this.asked?.abort();
    this.map.remove();
  }

  private async learnPmtiles(): Promise<void> {
    const { Protocol } = await import("pmtiles");
    addProtocol("pmtiles", new Protocol().tile);
  }

  /** Whose map it is and its approval number; without a base map, that it is none. */
  private credit(): HTMLElement {
    const { base, schematic } = this.options;
    const line = document.createElement("p");
    line.className = "gw-map-credit";
    line.textContent = base ? [base.credit, base.approval].filter(Boolean).join(" · ") : schematic;
    return line;
  }

  private addHome(): void {
    const bounds = this.bounds;
    if (!bounds) return;
    const holder = document.createElement("div");
    holder.className = "maplibregl-ctrl maplibregl-ctrl-group";
    const button = document.createElement("button");
    button.type = "button";
    button.title = this.options.home;
    button.setAttribute("aria-label", this.options.home);
    button.className = "gw-map-home";
    button.append(outline("0 0 24 24", ["path", { d: HOUSE, fill: "none", stroke: "currentColor", "stroke-width": "2" }]));
    button.addEventListener("click", () => this.map.fitBounds(bounds, { padding: 16 }));
    holder.append(button);
    this.map.addControl({ onAdd: () => holder, onRemove: () => holder.remove() }, "top-right");
  }

  // --- open cases -----------------------------------------------------------------------------

  private showCases(): void {
    for (const [name, image] of Object.entries(marks())) this.map.addImage(name, image);
    this.map.addSource("cases", {
      type: "geojson",
      data: NOTHING,
      cluster: true,
      clusterRadius: 34,
      clusterMaxZoom: 16,
      clusterProperties: Object.fromEntries(
        ["red", "orange", "yellow"].map((light) => [
          light,
          ["+", ["case", ["==", ["get", "light"], light], 1, 0]],
        ]),
      ),
    });
    // counts of areas come counted already; only single marks are gathered
    this.map.addSource("counts", { type: "geojson", data: NOTHING });
    for (const layer of [...caseLayers(), ...countLayers()]) {
      this.map.addLayer(layer);
      this.map.on("mouseenter", layer.id, () => (this.map.getCanvas().style.cursor = "pointer"));
      this.map.on("mouseleave", layer.id, () => (this.map.getCanvas().style.cursor = ""));
    }
    this.map.on("click", (event) => void this.pressed(this.map.queryRenderedFeatures(event.point)));
    this.map.on("moveend", () => void this.look());
    this.timer = window.setInterval(() => {
      if (!document.hidden) void this.look();
    }, LOOK_AGAIN_MS);
    void this.look();
  }

  private async look(): Promise<void> {
    this.asked?.abort();
    const asked = (this.asked = new AbortController());
    const seen = this.map.getBounds();
    const address = new URL(absolute(this.options.points));
    const box = [seen.getWest(), seen.getSouth(), seen.getEast(), seen.getNorth()];
    address.searchParams.set("box", box.map((degrees) => degrees.toFixed(5)).join(","));
    try {
      const answer = await fetch(address, {
        signal: asked.signal,
        headers: this.tag ? { "If-None-Match": this.tag } : {},
        cache: "no-store",
      });
      if (answer.status === 304 || !answer.ok) return;
      this.tag = answer.headers.get("ETag") ?? "";
      const found = (await answer.json()) as FeatureCollection & Seen & { counted: boolean };
      this.source("cases").setData(found.counted ? NOTHING : found);
      this.source("counts").setData(found.counted ? found : NOTHING);
      this.options.onSeen({ said: found.said, unplaced: found.unplaced });
      this.map.once("idle", () => this.map.getContainer().parentElement?.setAttribute("data-map-ready", "true"));
    } catch (fault) {
      if (!(fault instanceof DOMException)) throw fault; // moved on, or the network is away
    }
  }

  private source(name: string): GeoJSONSource {
    return this.map.getSource(name) as GeoJSONSource;
  }

  private async pressed(features: MapGeoJSONFeature[]): Promise<void> {
    const feature = features.find((each) => each.layer.id.startsWith("case-"));
    if (!feature || feature.geometry.type !== "Point") return;
    const at = feature.geometry.coordinates as [number, number];
    const said = feature.properties as Record<string, string | number>;
    if (said["point_count"] && this.map.getZoom() < 16.5) {
      const zoom = await this.source("cases").getClusterExpansionZoom(Number(said["cluster_id"]));
      this.map.easeTo({ center: at, zoom });
      return;
    }
    if (said["point_count"]) {
      const inside = await this.source("cases").getClusterLeaves(Number(said["cluster_id"]), 8, 0);
      this.showCard(at, inside.map((each) => each.properties as Record<string, string>));
      return;
    }
    this.showCard(at, [said as Record<string, string>]);
  }

  /** A card with a link for each; nodes, never markup: words of people stand in it. */
  private showCard(at: [number, number], each: Record<string, string>[]): void {
    const card = document.createElement("div");
    card.className = "gw-map-cases";
    for (const said of each) {
      const link = document.createElement("a");
      link.href = said["address"] ?? "";
      link.textContent = said["title"] ?? "";
      const line = document.createElement("span");
      line.textContent = [said["state"], said["due"]].filter(Boolean).join(" · ");
      const part = document.createElement("p");
      part.append(link, line);
      card.append(part);
    }
    this.popup?.remove();
    this.popup = new Popup({ closeButton: true, maxWidth: "18rem" }).setLngLat(at).setDOMContent(card).addTo(this.map);
  }
}
