import { useI18n } from "vue-i18n";

import type { Schemas } from "@/api/call";
import type { Article } from "@/ui/BasisList.vue";

/** Articles of law as the list of them is shown: title, full text, whether a lawyer reviewed it. */
export function useArticles() {
  const { t } = useI18n();

  function basisOf(articles: readonly Schemas["Basis"][]): Article[] {
    return articles.map((article) => ({
      id: article.id,
      title: t("lead.article", { law: article.law, article: article.article }),
      version: t("lead.basisVersion", { date: article.version_date }),
      quote: article.quote,
      reviewed: article.review_status === "REVIEWED",
    }));
  }

  return { basisOf };
}
