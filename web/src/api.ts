/* Asking the API, and what can go wrong on the way, each as a sentence that a parent can act on. */
import { t, type Key } from "./text";

const PATIENCE_MS = 15_000;

export type Trouble =
  | "offline"
  | "timeout"
  | "server"
  | "busy"
  | "off_network"
  | "no_network"
  | "refused"
  | "unexpected";

/** A failure, told by kind. `parameter` is what a refused request named. */
export class ApiError extends Error {
  constructor(
    readonly trouble: Trouble,
    readonly parameter: string | null = null,
  ) {
    super(trouble);
  }

  sentence(): string {
    if (this.trouble === "refused" && this.parameter) {
      const named = `error.parameter.${this.parameter}` as Key;
      const text = t(named);
      if (text !== named) return text;
    }
    return t(`error.${this.trouble}`);
  }
}

export function sentenceOf(failure: unknown): string {
  return failure instanceof ApiError ? failure.sentence() : t("error.unexpected");
}

/** True of a request that we cut ourselves because a newer one took its place. */
export function wasCut(failure: unknown): boolean {
  return failure instanceof DOMException && failure.name === "AbortError";
}

function troubleOf(status: number, type: string): Trouble {
  if (type.endsWith("/off-network")) return "off_network";
  if (type.endsWith("/no-network")) return "no_network";
  if (status === 429 || status === 503) return "busy";
  return status >= 500 ? "server" : "refused";
}

async function failureOf(answer: Response): Promise<ApiError> {
  let type = "";
  let parameter: string | null = null;
  try {
    const problem = (await answer.json()) as { type?: string; parameter?: string };
    type = problem.type ?? "";
    parameter = problem.parameter ?? null;
  } catch {
    /* a proxy's page instead of a problem: its code is all there is */
  }
  return new ApiError(troubleOf(answer.status, type), parameter);
}

async function fetched(path: string, options: RequestInit, cut?: AbortSignal): Promise<Response> {
  const patience = new AbortController();
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    patience.abort();
  }, PATIENCE_MS);
  const follow = (): void => patience.abort();
  cut?.addEventListener("abort", follow);
  try {
    const answer = await fetch(path, { ...options, credentials: "omit", signal: patience.signal });
    if (!answer.ok) throw await failureOf(answer);
    /* read whole while the patience lasts: a body may stall after its head */
    return new Response(await answer.arrayBuffer());
  } catch (failure) {
    if (late) throw new ApiError("timeout");
    if (failure instanceof ApiError || wasCut(failure)) throw failure;
    throw new ApiError("offline");
  } finally {
    clearTimeout(timer);
    cut?.removeEventListener("abort", follow);
  }
}

async function json<T>(answer: Response): Promise<T> {
  try {
    return (await answer.json()) as T;
  } catch {
    throw new ApiError("unexpected");
  }
}

export async function get<T>(path: string, cut?: AbortSignal): Promise<T> {
  return json<T>(await fetched(path, { headers: { Accept: "application/json, application/geo+json" } }, cut));
}

/** What speaks of where somebody is goes in a body, so that no log on the way holds it. */
export async function post<T>(path: string, body: object, cut?: AbortSignal): Promise<T> {
  const headers = { "Content-Type": "application/json", Accept: "application/json, application/geo+json" };
  return json<T>(await fetched(path, { method: "POST", headers, body: JSON.stringify(body) }, cut));
}

export async function bytes(path: string, cut?: AbortSignal): Promise<ArrayBuffer> {
  return (await fetched(path, {}, cut)).arrayBuffer();
}
