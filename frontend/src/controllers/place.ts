import { Controller } from "@hotwired/stimulus";

/**
 * The place of a report: current position, a tap on the map, or neither.
 *
 *   <div data-controller="place" data-place-locate-value="/place/found"
 *        data-action="map:tap->place#tapped">
 *     <input type="hidden" name="lng" data-place-target="lng"> … lat, datum
 *     <button type="button" hidden data-place-target="here" data-action="place#here">…</button>
 *     <p data-place-target="found" aria-live="polite"></p>
 *     <p hidden data-place-target="trouble">…could not find your location…</p>
 *   </div>
 */
export default class PlaceController extends Controller<HTMLElement> {
  static override values = { locate: String };
  static override targets = ["lng", "lat", "datum", "here", "found", "trouble", "map"];
  declare locateValue: string;
  declare readonly lngTarget: HTMLInputElement;
  declare readonly latTarget: HTMLInputElement;
  declare readonly datumTarget: HTMLInputElement;
  declare readonly hereTarget: HTMLButtonElement;
  declare readonly hasHereTarget: boolean;
  declare readonly foundTarget: HTMLElement;
  declare readonly troubleTarget: HTMLElement;
  declare readonly mapTarget: HTMLElement;
  declare readonly hasMapTarget: boolean;

  override connect(): void {
    if (this.hasHereTarget && "geolocation" in navigator && window.isSecureContext) {
      this.hereTarget.hidden = false;
    }
  }

  here(): void {
    this.hereTarget.setAttribute("aria-busy", "true");
    navigator.geolocation.getCurrentPosition(
      (position) => {
        this.hereTarget.removeAttribute("aria-busy");
        this.set(position.coords.longitude, position.coords.latitude);
      },
      () => {
        this.hereTarget.removeAttribute("aria-busy");
        this.troubleTarget.hidden = false;
      },
      { enableHighAccuracy: true, timeout: 10_000, maximumAge: 30_000 },
    );
  }

  tapped(event: CustomEvent<{ lng: number; lat: number }>): void {
    this.set(event.detail.lng, event.detail.lat);
  }

  private set(lng: number, lat: number): void {
    this.troubleTarget.hidden = true;
    this.lngTarget.value = lng.toFixed(6);
    this.latTarget.value = lat.toFixed(6);
    this.datumTarget.value = "wgs84";
    if (this.hasMapTarget) {
      this.mapTarget.dispatchEvent(new CustomEvent("place:pin", { detail: { lng, lat } }));
    }
    this.dispatch("set", { prefix: "place" });
    void this.name(lng, lat);
  }

  /** A point that came back with a draft: shown and named like one that was just chosen. */
  again(): void {
    const lng = Number.parseFloat(this.lngTarget.value);
    const lat = Number.parseFloat(this.latTarget.value);
    if (Number.isFinite(lng) && Number.isFinite(lat)) this.set(lng, lat);
  }

  private async name(lng: number, lat: number): Promise<void> {
    const address = `${this.locateValue}?lng=${lng.toFixed(6)}&lat=${lat.toFixed(6)}`;
    try {
      const answer = await fetch(address, { headers: { Accept: "text/html" } });
      if (answer.ok) this.foundTarget.innerHTML = await answer.text();
    } catch {
      // Offline: the point itself is kept; the server names the area later.
    }
  }
}
