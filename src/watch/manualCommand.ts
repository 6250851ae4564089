import type { Skipped } from '../plan/policy.ts'
import type { GlobalOptions } from '../session/host.ts'

/** The command a person runs to make the changes that were left out; it shows them and asks. */
export function manualCommand(options: GlobalOptions, leftOut: readonly Skipped[]): string {
  const { file, state, kubeconfig, context } = options
  const globals = Object.entries({ '--file': file, '--state': state, '--kubeconfig': kubeconfig, '--context': context })
  const named = globals.flatMap(([flag, value]) =>
    value === undefined || value === 'desired-state.yaml' ? [] : [`${flag} ${quoted(value)}`],
  )
  const consents = leftOut.flatMap(({ why }) => (why.is === 'refused' ? [why.consent] : []))
  return ['groundcrew apply', ...named, ...new Set(consents)].join(' ')
}

function quoted(word: string): string {
  return /^[\w./:@=-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`
}
