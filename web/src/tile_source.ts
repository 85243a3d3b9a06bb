/* Our vector tiles: asked once each, decoded, a few kept. */
import { VectorTile } from "@mapbox/vector-tile";
import { PbfReader } from "pbf";
import { bytes, get } from "./api";

const KEPT = 96;

interface TileJson {
  tiles: string[];
  minzoom?: number;
  maxzoom?: number;
  attribution?: string;
}

export class TileSource {
  private readonly kept = new Map<string, Promise<VectorTile | null>>();

  private constructor(
    private readonly template: string,
    readonly minzoom: number,
    readonly maxzoom: number,
    readonly attribution: string,
  ) {}

  static async open(tilejson: string): Promise<TileSource> {
    /* whatever host it names, the page asks its own */
    const own = (address: string): string => address.replace(/^https?:\/\/[^/]+/, "");
    const told = await get<TileJson>(own(tilejson));
    return new TileSource(own(told.tiles[0] ?? ""), told.minzoom ?? 0, told.maxzoom ?? 14, told.attribution ?? "");
  }

  /** The tile, or null where there is nothing or it could not be had; it is then asked again. */
  tile(z: number, x: number, y: number): Promise<VectorTile | null> {
    const key = `${z}/${x}/${y}`;
    let tile = this.kept.get(key);
    if (tile) this.kept.delete(key); /* to be put last: the first is the longest unused */
    else
      tile = this.read(z, x, y).catch(() => {
        this.kept.delete(key);
        return null;
      });
    this.kept.set(key, tile);
    if (this.kept.size > KEPT) for (const oldest of [...this.kept.keys()].slice(0, this.kept.size - KEPT)) this.kept.delete(oldest);
    return tile;
  }

  private async read(z: number, x: number, y: number): Promise<VectorTile | null> {
    const address = this.template.replace("{z}", String(z)).replace("{x}", String(x)).replace("{y}", String(y));
    const body = await bytes(address);
    return body.byteLength ? new VectorTile(new PbfReader(new Uint8Array(body))) : null;
  }
}
