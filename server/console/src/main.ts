import "./styles/tokens.css";
import "./styles/base.css";

import { createApp } from "vue";

import App from "./App.vue";
import { i18n } from "./i18n";
import { router } from "./router";

const app = createApp(App).use(i18n).use(router);

// only when it is known which page this is: the frame belongs to those who are signed in
void router.isReady().then(() => app.mount("#app"));
