/** What is drawn on the ground: the configured base map, our own cells, open cases. */
import type { LayerSpecification, SourceSpecification } from "maplibre-gl";

/** As `gridward.web.ui.basemap.Basemap.for_page` says it. */
export interface BaseMap {
  form: "raster" | "vector";
  tiles: string[][];
  file: string;
  approval: string;
  credit: string;
  maxZoom: number;
}

interface Drawn {
  sources: Record<string, SourceSpecification>;
  layers: LayerSpecification[];
}

export function absolute(address: string): string {
  return new URL(address, document.baseURI).href;
}

/** Nothing but paper where no base map is configured. */
export function baseLayers(base: BaseMap | null): Drawn {
  const drawn: Drawn = {
    sources: {},
    layers: [{ id: "ground", type: "background", paint: { "background-color": "#eef1ea" } }],
  };
  if (!base) return drawn;
  const file = base.file ? `pmtiles://${absolute(base.file)}` : "";
  if (base.form === "vector") {
    drawn.sources["base"] = { type: "vector", url: file };
    drawn.layers.push(...vectorLayers());
    return drawn;
  }
  const sheets = file ? [[file]] : base.tiles;
  sheets.forEach((tiles, index) => {
    drawn.sources[`base-${index}`] = file
      ? { type: "raster", url: file, tileSize: 256 }
      : { type: "raster", tiles, tileSize: 256, maxzoom: base.maxZoom };
    drawn.layers.push({
      id: `base-${index}`,
      type: "raster",
      source: `base-${index}`,
      paint: { "raster-saturation": -0.35, "raster-opacity": 0.9 },
    });
  });
  return drawn;
}

/** A quiet reading of the layers that open vector tiles use: water, green, roads, houses. */
function vectorLayers(): LayerSpecification[] {
  const from = { source: "base" } as const;
  return [
    { id: "base-earth", type: "fill", ...from, "source-layer": "earth", paint: { "fill-color": "#f4f2ec" } },
    { id: "base-green", type: "fill", ...from, "source-layer": "landuse", paint: { "fill-color": "#e3ecdc", "fill-opacity": 0.7 } },
    { id: "base-water", type: "fill", ...from, "source-layer": "water", paint: { "fill-color": "#c9dfe8" } },
    { id: "base-houses", type: "fill", ...from, "source-layer": "buildings", minzoom: 14, paint: { "fill-color": "#e2ddd1" } },
    {
      id: "base-roads",
      type: "line",
      ...from,
      "source-layer": "roads",
      paint: { "line-color": "#ffffff", "line-width": ["interpolate", ["linear"], ["zoom"], 10, 0.6, 16, 6] },
    },
    {
      id: "base-road-names",
      type: "symbol",
      ...from,
      "source-layer": "roads",
      minzoom: 14,
      layout: { "symbol-placement": "line", "text-field": ["coalesce", ["get", "name:zh"], ["get", "name"], ""], "text-font": ["sans-serif"], "text-size": 11 },
      paint: { "text-color": "#6b6a63", "text-halo-color": "#ffffff", "text-halo-width": 1.2 },
    },
  ];
}

/** Our own cells; over a base map only their borders and names. */
export function areaLayers(areas: string, overBase: boolean): Drawn {
  if (!areas) return { sources: {}, layers: [] };
  const layers: LayerSpecification[] = [
    {
      id: "area-fill",
      type: "fill",
      source: "areas",
      paint: {
        "fill-color": ["match", ["%", ["get", "id"], 4], 0, "#dfeae3", 1, "#e9ece0", 2, "#dce8e6", "#ece9dd"],
        "fill-opacity": overBase ? 0.18 : 0.9,
      },
    },
    {
      id: "area-line",
      type: "line",
      source: "areas",
      paint: {
        "line-color": overBase ? "#2f6f63" : "#7fa79c",
        "line-width": ["match", ["get", "level"], 1, 2.5, 2, 2, 3, 1.25, 0.75],
      },
    },
    // No glyph server: every letter is drawn by the browser itself.
    ...[2, 3, 4, 5, 6].map(
      (level): LayerSpecification => ({
        id: `area-name-${level}`,
        type: "symbol",
        source: "areas",
        filter: ["==", ["get", "level"], level],
        minzoom: level === 2 ? 0 : level === 3 ? 12 : level === 4 ? 14 : 15,
        layout: {
          "text-field": ["get", "name"],
          "text-font": ["sans-serif"],
          "text-size": level === 2 ? 15 : 12,
          "text-max-width": 8,
          "text-padding": 6,
        },
        paint: { "text-color": "#2f4a47", "text-halo-color": "#ffffff", "text-halo-width": 1.5 },
      }),
    ),
  ];
  return { sources: { areas: { type: "geojson", data: absolute(areas) } }, layers };
}

const NUMBER = {
  layout: { "text-font": ["sans-serif"], "text-size": 13, "text-allow-overlap": true },
  paint: { "text-color": "#ffffff" },
} as const;
const RIM = { "circle-stroke-width": 3, "circle-stroke-color": "rgba(255,255,255,0.85)" } as const;

/** Open cases: a mark for each, whose form says the light as well as its colour; near ones as one disc. */
export function caseLayers(): LayerSpecification[] {
  return [
    {
      id: "case-cluster",
      type: "circle",
      source: "cases",
      filter: ["has", "point_count"],
      paint: {
        ...RIM,
        "circle-radius": ["step", ["get", "point_count"], 14, 10, 18, 50, 23],
        "circle-color": [
          "case",
          [">", ["get", "red"], 0],
          "#a8211a",
          [">", ["get", "orange"], 0],
          "#a3440a",
          [">", ["get", "yellow"], 0],
          "#8a6500",
          "#22693f",
        ],
      },
    },
    {
      id: "case-cluster-number",
      type: "symbol",
      source: "cases",
      filter: ["has", "point_count"],
      layout: { ...NUMBER.layout, "text-field": ["to-string", ["get", "point_count"]] } as never,
      paint: NUMBER.paint,
    },
    {
      id: "case-mark",
      type: "symbol",
      source: "cases",
      filter: ["!", ["has", "point_count"]],
      layout: {
        "icon-image": ["concat", "mark-", ["get", "light"]],
        "icon-allow-overlap": true,
        "icon-size": 0.5,
        "symbol-sort-key": ["match", ["get", "light"], "red", 3, "orange", 2, "yellow", 1, 0],
      },
    },
  ];
}

/** How many an area holds: a disc at its name, in the colour of the worst. */
export function countLayers(): LayerSpecification[] {
  return [
    {
      id: "case-count",
      type: "circle",
      source: "counts",
      paint: {
        ...RIM,
        "circle-radius": ["step", ["get", "total"], 15, 10, 19, 100, 24, 1000, 29],
        "circle-color": [
          "match",
          ["get", "light"],
          "red",
          "#a8211a",
          "orange",
          "#a3440a",
          "yellow",
          "#8a6500",
          "#22693f",
        ],
      },
    },
    {
      id: "case-count-number",
      type: "symbol",
      source: "counts",
      layout: { ...NUMBER.layout, "text-field": ["to-string", ["get", "total"]] } as never,
      paint: NUMBER.paint,
    },
  ];
}

/** The marks, drawn twice as large as they are shown: disc, ring, diamond, triangle. */
export function marks(): Record<string, ImageData> {
  return {
    "mark-green": mark("#22693f", disc),
    "mark-none": mark("#55615f", disc),
    "mark-yellow": mark("#8a6500", disc, true),
    "mark-orange": mark("#a3440a", diamond),
    "mark-red": mark("#a8211a", triangle),
  };
}

const SIDE = 48;

function mark(colour: string, outline: (pen: CanvasRenderingContext2D) => void, hollow = false): ImageData {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = SIDE;
  const pen = canvas.getContext("2d");
  if (!pen) return new ImageData(SIDE, SIDE);
  pen.lineJoin = "round";
  pen.beginPath();
  outline(pen);
  pen.lineWidth = 10;
  pen.strokeStyle = "#ffffff";
  pen.stroke();
  pen.fillStyle = hollow ? "#ffffff" : colour;
  pen.fill();
  if (hollow) {
    pen.lineWidth = 8;
    pen.strokeStyle = colour;
    pen.stroke();
  }
  return pen.getImageData(0, 0, SIDE, SIDE);
}

function disc(pen: CanvasRenderingContext2D): void {
  pen.arc(24, 24, 13, 0, 2 * Math.PI);
}

function diamond(pen: CanvasRenderingContext2D): void {
  pen.moveTo(24, 7);
  pen.lineTo(41, 24);
  pen.lineTo(24, 41);
  pen.lineTo(7, 24);
  pen.closePath();
}

function triangle(pen: CanvasRenderingContext2D): void {
  pen.moveTo(24, 7);
  pen.lineTo(42, 39);
  pen.lineTo(6, 39);
  pen.closePath();
}
