import { onScopeDispose, readonly, ref, type Ref } from "vue";

/** How the console hears of changes: at once, on its way back, or not at all. */
export type Connection = "live" | "reconnecting" | "lost";

const KINDS = ["lead", "task", "transfer", "device"] as const;

/** What the server says of a change: which object, and where it stands now. */
export interface Told {
  id: string;
  version: number | null;
  state: string | null;
}

type Listener = (kind: string, told: Told | null) => void;

const RETRY_MS = 5_000;
const LOST_AFTER_MS = 30_000;

const connection = ref<Connection>("reconnecting");
const lastHeard = ref<Date | null>(null);
const listeners = new Set<Listener>();
let source: EventSource | null = null;
let retry: number | undefined;
let giveUp: number | undefined;

function heard(): void {
  lastHeard.value = new Date();
  connection.value = "live";
  window.clearTimeout(giveUp);
  giveUp = undefined;
}

function tell(kind: string, data: unknown = null): void {
  heard();
  for (const listener of listeners) listener(kind, toldIn(data));
}

/** Reads the data of an event; what is no object with an id tells nothing. */
export function toldIn(data: unknown): Told | null {
  const { id, version, state } = recordIn(data);
  if (typeof id !== "string") return null;
  return {
    id,
    version: typeof version === "number" ? version : null,
    state: typeof state === "string" ? state : null,
  };
}

function recordIn(data: unknown): Record<string, unknown> {
  try {
    const parsed: unknown = typeof data === "string" ? JSON.parse(data) : null;
    return typeof parsed === "object" && parsed !== null ? { ...parsed } : {};
  } catch {
    return {};
  }
}

function connect(): void {
  const opened = new EventSource("/api/v1/live");
  source = opened;
  // after every (re)connection the pages read again what they may have missed
  opened.onopen = () => tell("opened");
  opened.onmessage = (event) => tell("message", event.data);
  for (const kind of KINDS) {
    opened.addEventListener(kind, (event: MessageEvent) => tell(kind, event.data));
  }
  opened.onerror = () => {
    if (connection.value === "live") connection.value = "reconnecting";
    giveUp ??= window.setTimeout(() => (connection.value = "lost"), LOST_AFTER_MS);
    if (opened.readyState !== EventSource.CLOSED || source !== opened) return;
    window.clearTimeout(retry);
    retry = window.setTimeout(() => connect(), RETRY_MS);
  };
}

/** Opens the stream of changes; a second call while it is open does nothing. */
export function startLive(): void {
  if (source === null) connect();
}

/** Closes the stream, as on signing out. */
export function stopLive(): void {
  source?.close();
  source = null;
  window.clearTimeout(retry);
  window.clearTimeout(giveUp);
  giveUp = undefined;
  connection.value = "reconnecting";
}

/** Calls `listener` on each change until the component that asked goes away. */
export function useLive(listener?: Listener): {
  connection: Readonly<Ref<Connection>>;
  lastHeard: Readonly<Ref<Date | null>>;
} {
  if (listener !== undefined) {
    listeners.add(listener);
    onScopeDispose(() => listeners.delete(listener));
  }
  return { connection: readonly(connection), lastHeard: readonly(lastHeard) as Ref<Date | null> };
}

const GATHER_MS = 250;

/** Makes one act of a burst of calls, shortly after the first of them. */
export function gathering(act: () => void): () => void {
  let waiting: number | undefined;
  onScopeDispose(() => window.clearTimeout(waiting));
  return () => {
    waiting ??= window.setTimeout(() => {
      waiting = undefined;
      act();
    }, GATHER_MS);
  };
}
