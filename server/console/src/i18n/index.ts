import { watch } from "vue";
import { createI18n } from "vue-i18n";

import en from "./en";
import zh from "./zh-CN";

export type Language = "zh-CN" | "en";

const STORED = "hazard-patrol.language";
const stored = localStorage.getItem(STORED);

export const i18n = createI18n({
  legacy: false,
  locale: (stored === "en" ? "en" : "zh-CN") satisfies Language,
  fallbackLocale: "zh-CN" satisfies Language,
  messages: { "zh-CN": zh, en },
});

watch(
  i18n.global.locale,
  (language) => {
    document.documentElement.lang = language;
    document.title = i18n.global.t("product.name");
    localStorage.setItem(STORED, language);
  },
  { immediate: true },
);

/** Switches the language of everything the console itself says. */
export function speak(language: Language): void {
  i18n.global.locale.value = language;
}

/** Picks the text in the language of the page; laws and names stay as they are written. */
export function textIn(language: string, text: { zh: string; en: string }): string {
  return language === "en" ? text.en : text.zh;
}
