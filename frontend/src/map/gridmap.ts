/** MapLibre with nothing from outside: own polygons, own worker, no tiles, no glyph server. */
import "maplibre-gl/dist/maplibre-gl.css";

import { LngLatBounds, Map as LibreMap, Marker, NavigationControl, setWorkerUrl } from "maplibre-gl";
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url";

setWorkerUrl(new URL(workerUrl, import.meta.url).href);

export interface GridMapOptions {
  areas: string;
  points: string;
  bounds: number[];
  onTap: ((lng: number, lat: number) => void) | null;
}

const PIN =
  "M18 2C9.7 2 3 8.6 3 16.8 3 27.6 18 42 18 42s15-14.4 15-25.2C33 8.6 26.3 2 18 2Z";

function pinElement(): HTMLElement {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("viewBox", "0 0 36 44");
  const body = document.createElementNS(space, "path");
  body.setAttribute("d", PIN);
  body.setAttribute("fill", "#a8211a");
  body.setAttribute("stroke", "#fff");
  body.setAttribute("stroke-width", "2");
  const dot = document.createElementNS(space, "circle");
  dot.setAttribute("cx", "18");
  dot.setAttribute("cy", "16.5");
  dot.setAttribute("r", "5.5");
  dot.setAttribute("fill", "#fff");
  svg.append(body, dot);
  const holder = document.createElement("div");
  holder.className = "gw-map-pin";
  holder.append(svg);
  return holder;
}

export class GridMap {
  private readonly map: LibreMap;
  private marker: Marker | null = null;

  constructor(element: HTMLElement, options: GridMapOptions) {
    const frame = document.createElement("div");
    frame.style.position = "absolute";
    frame.style.inset = "0";
    element.append(frame);
    const [west, south, east, north] = options.bounds;
    this.map = new LibreMap({
      container: frame,
      style: {
        version: 8,
        sources: options.areas ? { areas: { type: "geojson", data: absolute(options.areas) } } : {},
        layers: [
          { id: "ground", type: "background", paint: { "background-color": "#eef1ea" } },
          ...(options.areas
            ? ([
                {
                  id: "area-fill",
                  type: "fill",
                  source: "areas",
                  paint: { "fill-color": ["match", ["%", ["get", "id"], 4], 0, "#dfeae3", 1, "#e9ece0", 2, "#dce8e6", "#ece9dd"], "fill-opacity": 0.9 },
                },
                {
                  id: "area-line",
                  type: "line",
                  source: "areas",
                  paint: {
                    "line-color": "#7fa79c",
                    "line-width": ["match", ["get", "level"], 1, 2.5, 2, 2, 3, 1.25, 0.75],
                  },
                },
                // No glyph server: every letter is drawn by the browser itself.
                ...[2, 3, 4].map((level) => ({
                  id: `area-name-${level}`,
                  type: "symbol",
                  source: "areas",
                  filter: ["==", ["get", "level"], level],
                  minzoom: level === 2 ? 0 : level === 3 ? 12 : 14,
                  layout: {
                    "text-field": ["get", "name"],
                    "text-font": ["sans-serif"],
                    "text-size": level === 2 ? 15 : 12,
                    "text-max-width": 8,
                    "text-padding": 6,
                  },
                  paint: { "text-color": "#2f4a47", "text-halo-color": "#ffffff", "text-halo-width": 1.5 },
                })),
              ] as const)
            : []),
        ] as never,
      },
      ...(options.bounds.length === 4
        ? { bounds: new LngLatBounds([west ?? 0, south ?? 0], [east ?? 0, north ?? 0]), fitBoundsOptions: { padding: 16 } }
        : {}),
      attributionControl: false,
      dragRotate: false,
      pitchWithRotate: false,
      cooperativeGestures: false,
      maxZoom: 19,
    });
    this.map.touchZoomRotate.disableRotation();
    this.map.addControl(new NavigationControl({ showCompass: false }), "top-right");
    const tap = options.onTap;
    if (tap) this.map.on("click", (event) => tap(event.lngLat.lng, event.lngLat.lat));
    this.map.once("load", () => element.setAttribute("data-map-ready", "true"));
    if (options.points) void this.showPoints(options.points);
  }

  pin(lng: number, lat: number, move: boolean): void {
    this.marker ??= new Marker({ element: pinElement(), anchor: "bottom" });
    this.marker.setLngLat([lng, lat]).addTo(this.map);
    if (move) this.map.easeTo({ center: [lng, lat], zoom: Math.max(this.map.getZoom(), 15) });
  }

  close(): void {
    this.map.remove();
  }

  private async showPoints(address: string): Promise<void> {
    await new Promise<void>((done) => (this.map.loaded() ? done() : this.map.once("load", () => done())));
    this.map.addSource("points", { type: "geojson", data: absolute(address) });
    this.map.addLayer({
      id: "points",
      type: "circle",
      source: "points",
      paint: {
        "circle-radius": 6,
        "circle-stroke-width": 2,
        "circle-stroke-color": "#ffffff",
        "circle-color": ["match", ["get", "light"], "red", "#a8211a", "orange", "#c2570c", "yellow", "#c99700", "#22693f"],
      },
    });
  }
}

function absolute(address: string): string {
  return new URL(address, document.baseURI).href;
}
