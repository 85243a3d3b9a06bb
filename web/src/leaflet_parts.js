// Leaflet, but only what the page uses: the bundle takes these for "leaflet" (build.mjs), the types
// stay those of the whole. Popups, images, other projections, the canvas of paths and the old
// renderers of Internet Explorer are left out, a third of its weight.
import { Control } from "leaflet/src/control/Control.js";
import { Zoom } from "leaflet/src/control/Control.Zoom.js";
import { Map } from "leaflet/src/map/Map.js";
import { SVG } from "leaflet/src/layer/vector/SVG.js";
import "leaflet/src/map/handler/Map.DoubleClickZoom.js";
import "leaflet/src/map/handler/Map.Drag.js";
import "leaflet/src/map/handler/Map.Keyboard.js";
import "leaflet/src/map/handler/Map.ScrollWheelZoom.js";
import "leaflet/src/map/handler/Map.TouchZoom.js";

// Leaflet's own of this also knows the canvas renderer.
Map.include({
  getRenderer() {
    if (!this._renderer) this._renderer = new SVG();
    if (!this.hasLayer(this._renderer)) this.addLayer(this._renderer);
    return this._renderer;
  },
});

export { Map, Control };
export const map = (element, options) => new Map(element, options);
export const control = { zoom: (options) => new Zoom(options) };
export { Layer } from "leaflet/src/layer/Layer.js";
export { layerGroup, LayerGroup } from "leaflet/src/layer/LayerGroup.js";
export { GridLayer } from "leaflet/src/layer/tile/GridLayer.js";
export { tileLayer } from "leaflet/src/layer/tile/TileLayer.js";
export { marker } from "leaflet/src/layer/marker/Marker.js";
export { divIcon } from "leaflet/src/layer/marker/DivIcon.js";
export { Path } from "leaflet/src/layer/vector/Path.js";
export { Polygon, polygon } from "leaflet/src/layer/vector/Polygon.js";
export { toLatLng as latLng } from "leaflet/src/geo/LatLng.js";
export { toLatLngBounds as latLngBounds } from "leaflet/src/geo/LatLngBounds.js";
export { toPoint as point } from "leaflet/src/geometry/Point.js";
import * as DomUtil from "leaflet/src/dom/DomUtil.js";
import * as DomEvent from "leaflet/src/dom/DomEvent.js";
export { DomUtil, DomEvent };
