import type { Schemas } from "@/api/call";
import { textIn } from "@/i18n";
import type { ShownField } from "@/ui/FieldTable.vue";

/** The fields of a form as the table shows them. */
export function fieldsOf(fields: readonly Schemas["Field"][], language: string): ShownField[] {
  return fields.map((field) => ({
    key: field.key,
    label: textIn(language, field.label),
    value: field.value ?? "",
    mark: field.mark,
  }));
}
