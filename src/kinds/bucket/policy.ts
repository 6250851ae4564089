import { isMap } from '../../values/json.ts'

/** Who loses or gains what when a bucket's policy goes, one sentence for each of its statements. */
export function accessWithout(policy: string, bucket: string): readonly string[] {
  const sentences = statementsOf(policy).map((statement) => sentence(statement, bucket))
  return sentences.length > 0 ? sentences : [`Whoever the policy of the bucket ${bucket} names loses what it grants.`]
}

type Statement = { readonly [key: string]: unknown }

function sentence(statement: Statement, bucket: string): string {
  const who = principals(statement.Principal)
  const what = listOf(statement.Action).join(', ') || 'what it grants'
  const condition = statement.Condition === undefined ? '' : ' (under its conditions)'
  return statement.Effect === 'Deny'
    ? `${who} may again ${what} on the bucket ${bucket} where another policy allows it${condition}.`
    : `${who} can no longer ${what} on the bucket ${bucket} through its policy${condition}.`
}

function principals(principal: unknown): string {
  const names = isMap(principal) ? Object.values(principal).flatMap(listOf) : listOf(principal)
  if (names.includes('*')) return 'Anyone, without credentials,'
  return names.length === 0 ? 'Whoever the policy names' : names.join(', ')
}

function statementsOf(policy: string): readonly Statement[] {
  const document: unknown = JSON.parse(policy)
  const statements = isMap(document) ? document.Statement : undefined
  return [statements].flat().filter(isMap)
}

function listOf(value: unknown): string[] {
  return [value].flat().filter((one) => typeof one === 'string')
}
