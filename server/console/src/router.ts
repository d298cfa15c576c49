import { createRouter, createWebHistory } from "vue-router";

import { useSession } from "./frame/useSession";

export const router = createRouter({
  history: createWebHistory("/"),
  routes: [
    { path: "/", redirect: () => useSession().home() },
    {
      path: "/sign-in",
      component: () => import("./features/sign-in/SignInPage.vue"),
      meta: { open: true },
    },
    { path: "/leads", component: () => import("./features/leads/LeadsPage.vue") },
    { path: "/leads/:id", component: () => import("./features/leads/LeadPage.vue"), props: true },
    { path: "/tasks", component: () => import("./features/tasks/TasksPage.vue") },
    { path: "/tasks/:id", component: () => import("./features/tasks/TaskPage.vue"), props: true },
    { path: "/transfers", component: () => import("./features/transfers/TransfersPage.vue") },
    {
      path: "/transfers/:id",
      component: () => import("./features/transfers/TransferPage.vue"),
      props: true,
    },
    { path: "/devices", component: () => import("./features/devices/DevicesPage.vue") },
    {
      path: "/devices/:id/configuration",
      component: () => import("./features/configuration/ConfigurationPage.vue"),
      props: true,
    },
    { path: "/:rest(.*)*", component: () => import("./frame/NotFoundPage.vue") },
  ],
});

// every page but the sign-in belongs to somebody; the wanted page is kept for afterwards
router.beforeEach(async (to) => {
  if (to.meta["open"] === true) return true;
  const { session, load, home } = useSession();
  if (session.value !== null) return true;
  if ((await load()) === "signed-out") return { path: "/sign-in", query: { to: to.fullPath } };
  return to.redirectedFrom?.path === "/" ? home() : true;
});
