import vue from "eslint-plugin-vue";
import accessibility from "eslint-plugin-vuejs-accessibility";
import typescript from "typescript-eslint";
import vueParser from "vue-eslint-parser";

const uiKit = {
  group: ["element-plus", "element-plus/*", "@element-plus/*"],
  message: "Only src/ui/ imports the UI kit: add or use a part there.",
};
const httpClient = {
  group: ["openapi-fetch"],
  message: "Only src/api/ speaks HTTP: use call() from @/api/call.",
};
const noFetch = ["fetch", "EventSource", "XMLHttpRequest"].map((name) => ({
  name,
  message: "Only src/api/ speaks HTTP.",
}));

export default typescript.config(
  { ignores: ["dist/", "src/api/schema.d.ts", "node_modules/"] },
  typescript.configs.strict,
  vue.configs["flat/recommended"],
  accessibility.configs["flat/recommended"],
  {
    files: ["**/*.vue", "**/*.ts"],
    languageOptions: {
      parser: vueParser,
      parserOptions: { parser: typescript.parser, sourceType: "module" },
    },
    rules: {
      "max-lines": ["error", { max: 250 }],
      "max-lines-per-function": ["error", { max: 60, skipBlankLines: true, skipComments: true }],
      complexity: ["error", 10],
      "no-restricted-imports": "off",
      "@typescript-eslint/no-restricted-imports": ["error", { patterns: [uiKit, httpClient] }],
      "no-restricted-globals": ["error", ...noFetch],
      "vue/block-order": ["error", { order: ["script", "template", "style"] }],
      "vue/component-api-style": ["error", ["script-setup"]],
      "vue/no-v-html": "error",
      "vue/max-attributes-per-line": "off",
      "vue/singleline-html-element-content-newline": "off",
      "vue/html-self-closing": "off",
      "vue/html-indent": "off",
      "vue/html-closing-bracket-newline": "off",
      "vue/multi-word-component-names": "off",
      // a label may be bound by `for`, which wrapped inputs of the kit need
      "vuejs-accessibility/label-has-for": ["error", { required: { some: ["nesting", "id"] } }],
      "vuejs-accessibility/form-control-has-label": "off",
      "vuejs-accessibility/no-autofocus": "off",
    },
  },
  {
    files: ["src/ui/**"],
    rules: { "@typescript-eslint/no-restricted-imports": ["error", { patterns: [httpClient] }] },
  },
  {
    files: ["src/api/**"],
    rules: {
      "@typescript-eslint/no-restricted-imports": ["error", { patterns: [uiKit] }],
      "no-restricted-globals": "off",
    },
  },
  { files: ["src/i18n/**", "tests/**"], rules: { "max-lines": ["error", { max: 500 }] } },
);
