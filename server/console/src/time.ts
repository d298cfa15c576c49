import { onScopeDispose, readonly, ref, type Ref } from "vue";

type Say = (key: string, values?: Record<string, unknown>) => string;

/** Times are shown in the zone of the sites, whatever the browser's own zone is. */
export const SITE_ZONE = "Asia/Shanghai";

const clockFormat = new Intl.DateTimeFormat("zh-CN", {
  timeZone: SITE_ZONE, hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23",
});
const dayFormat = new Intl.DateTimeFormat("en-CA", {
  timeZone: SITE_ZONE, year: "numeric", month: "2-digit", day: "2-digit",
});

/** `14:03:22` */
export function clockOf(at: Date): string {
  return clockFormat.format(at);
}

/** `2026-09-28` */
export function dayOf(at: Date): string {
  return dayFormat.format(at);
}

/** `2026-09-28 14:03:22` */
export function momentOf(iso: string): string {
  const at = new Date(iso);
  return Number.isNaN(at.getTime()) ? iso : `${dayOf(at)} ${clockOf(at)}`;
}

/** `刚刚`, `6 分钟前`, `3 小时前`, `2 天前` */
export function ageOf(iso: string, now: Date, say: Say): string {
  const seconds = Math.max(0, (now.getTime() - new Date(iso).getTime()) / 1000);
  if (seconds < 60) return say("time.now");
  if (seconds < 3600) return say("time.minutes", { n: Math.floor(seconds / 60) });
  if (seconds < 86_400) return say("time.hours", { n: Math.floor(seconds / 3600) });
  return say("time.days", { n: Math.floor(seconds / 86_400) });
}

/** `剩 6 分`, `剩 2 小时`, `已超时限` */
export function leftUntil(iso: string, now: Date, say: Say): string {
  const minutes = (new Date(iso).getTime() - now.getTime()) / 60_000;
  if (minutes <= 0) return say("time.overdue");
  if (minutes < 60) return say("time.left.minutes", { n: Math.ceil(minutes) });
  if (minutes < 1440) return say("time.left.hours", { n: Math.floor(minutes / 60) });
  return say("time.left.days", { n: Math.floor(minutes / 1440) });
}

const TICK_MS = 1000;
const tick = ref(new Date());
let offsetMs = 0;
let watchers = 0;
let timer: number | undefined;

/** Sets the clock after the server's `Date` header, so that all officers read the same time. */
export function setClock(date: string | null, received: Date = new Date()): void {
  const server = date === null ? Number.NaN : Date.parse(date);
  // the header has whole seconds: smaller differences say nothing
  if (!Number.isNaN(server) && Math.abs(server - received.getTime()) > 2 * TICK_MS) {
    offsetMs = server - received.getTime();
  }
}

/** The server's time, ticking while a component shows it. */
export function useNow(): Readonly<Ref<Date>> {
  watchers += 1;
  const advance = (): void => {
    tick.value = new Date(Date.now() + offsetMs);
  };
  advance();
  timer ??= window.setInterval(advance, TICK_MS);
  onScopeDispose(() => {
    watchers -= 1;
    if (watchers > 0) return;
    window.clearInterval(timer);
    timer = undefined;
  });
  return readonly(tick) as Readonly<Ref<Date>>;
}
