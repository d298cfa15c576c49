import { computed, readonly, ref } from "vue";

import { api, call, onSignedOut } from "@/api/call";
import { stopLive } from "@/api/live";
import { i18n } from "@/i18n";
import { setClock } from "@/time";

/** The places of the main menu, in their order. */
export const PLACES = ["leads", "tasks", "transfers", "devices"] as const;

/** Who is signed in, as the frame shows it. */
export interface Session {
  account: string;
  name: string;
  role: string;
  unit: string | null;
  certificateUntil: string | null;
  demo: boolean;
  may: readonly string[];
}

const session = ref<Session | null>(null);

async function load(): Promise<"signed-in" | "signed-out" | "unknown"> {
  const result = await call(api.GET("/api/v1/me"));
  if (result.status !== "success") {
    const refused = result.status === "error" && result.trouble.status === 401;
    return refused ? "signed-out" : "unknown";
  }
  setClock(result.headers.get("date"));
  const me = result.data;
  session.value = {
    account: me.account,
    name: me.name,
    role: me.role,
    unit: me.unit,
    certificateUntil: me.certificate_valid_until,
    demo: me.demo,
    may: me.may,
  };
  return "signed-in";
}

function leave(why: string): void {
  stopLive();
  session.value = null;
  // a fresh page: nothing of the one who left stays in memory
  window.location.assign(`/sign-in?why=${why}`);
}

onSignedOut(() => {
  if (session.value !== null) leave("ended");
});

async function signOut(): Promise<void> {
  await call(api.POST("/api/v1/sign-out"));
  leave("left");
}

const roleName = computed(() =>
  session.value === null ? "—" : i18n.global.t(`role.${session.value.role}`),
);

/** Whether the signed-in person may do this; the server's list decides. */
function may(act: string): boolean {
  return session.value?.may.includes(act) ?? false;
}

/** The first page that the person may see. */
function home(): string {
  return `/${PLACES.find((place) => may(`${place}.read`)) ?? "leads"}`;
}

/** The signed-in person: one for the whole console. */
export function useSession() {
  return { session: readonly(session), roleName, load, signOut, may, home };
}
