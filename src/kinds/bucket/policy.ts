import { isMap } from '../../values/json.ts'

/** Who gains or loses access when a bucket's policy is removed, one sentence for each of its statements. */
export function accessWithout(policy: string, bucket: string): readonly string[] {
  const sentences = statementsOf(policy).map((statement) => sentence(statement, bucket))
  return sentences.length > 0 ? sentences : [`The principals that the policy of the bucket ${bucket} names lose the access it grants.`]
}

type Statement = { readonly [key: string]: unknown }

function sentence(statement: Statement, bucket: string): string {
  const subject = principals(statement.Principal)
  const actions = stringsIn(statement.Action).join(', ') || 'what it grants'
  const condition = statement.Condition === undefined ? '' : ' (under its conditions)'
  return statement.Effect === 'Deny'
    ? `${subject} may again ${actions} on the bucket ${bucket} where another policy allows it${condition}.`
    : `${subject} can no longer ${actions} on the bucket ${bucket} through its policy${condition}.`
}

function principals(principal: unknown): string {
  const names = isMap(principal) ? Object.values(principal).flatMap(stringsIn) : stringsIn(principal)
  if (names.includes('*')) return 'Anyone, without credentials,'
  return names.length === 0 ? 'The principals that the policy names' : names.join(', ')
}

function statementsOf(policy: string): readonly Statement[] {
  const document: unknown = JSON.parse(policy)
  const statements = isMap(document) ? document.Statement : undefined
  return [statements].flat().filter(isMap)
}

function stringsIn(value: unknown): string[] {
  return [value].flat().filter((entry) => typeof entry === 'string')
}
