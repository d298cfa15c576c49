import { ref } from "vue";
import { useI18n } from "vue-i18n";
import { useRoute, useRouter } from "vue-router";

import { api, call, type Result } from "@/api/call";
import { useSession } from "@/frame/useSession";
import { useTrouble } from "@/frame/useTrouble";

/** Signing in by account or by one-time link. The token leaves the address bar at once. */
export function useSignIn() {
  const { t } = useI18n();
  const { say } = useTrouble();
  const { load, home } = useSession();
  const router = useRouter();
  const route = useRoute();
  const busy = ref(false);
  const byLink = ref(false);
  const problem = ref(endedBecause(route.query["why"]));

  function endedBecause(why: unknown): string {
    return why === "ended" ? t("signIn.ended") : "";
  }

  async function enter(result: Result<unknown>, refused: string): Promise<void> {
    if (result.status === "success" && (await load()) === "signed-in") {
      const to = route.query["to"];
      await router.replace(typeof to === "string" && to.startsWith("/") ? to : home());
    } else if (result.status === "error") {
      problem.value = reasonOf(result.trouble.status) ?? refused;
      if (result.trouble.status === 0 || result.trouble.status >= 500) problem.value = say(result.trouble);
    }
    busy.value = false;
    byLink.value = false;
  }

  function reasonOf(status: number): string | undefined {
    return status === 429 ? t("signIn.tooMany") : undefined;
  }

  async function signIn(account: string, password: string): Promise<void> {
    if (busy.value) return;
    if (account === "" || password === "") {
      problem.value = t("signIn.required");
      return;
    }
    busy.value = true;
    problem.value = "";
    await enter(await call(api.POST("/api/v1/sign-in", { body: { account, password } })), t("signIn.wrong"));
  }

  async function signInByLink(token: string): Promise<void> {
    byLink.value = true;
    problem.value = "";
    const to = route.query["to"];
    await router.replace({ path: "/sign-in", query: typeof to === "string" ? { to } : {} });
    const result = await call(api.POST("/api/v1/sign-in/link", { body: { token } }));
    await enter(result, t("signIn.linkFailed"));
  }

  return { busy, byLink, problem, signIn, signInByLink };
}
