import type { Skipped } from '../plan/policy.ts'
import type { InstallationOptions } from '../session/host.ts'

/** The command with which an operator applies the skipped changes; it shows them and prompts. */
export function manualCommand(options: InstallationOptions, skipped: readonly Skipped[]): string {
  const { file, state, kubeconfig, context } = options
  const globals = Object.entries({ '--file': file, '--state': state, '--kubeconfig': kubeconfig, '--context': context })
  const flags = globals.flatMap(([flag, value]) =>
    value === undefined || value === 'desired-state.yaml' ? [] : [`${flag} ${quoted(value)}`],
  )
  const consents = skipped.flatMap(({ why }) => (why.is === 'refused' ? [why.consent] : []))
  return ['groundcrew apply', ...flags, ...new Set(consents)].join(' ')
}

function quoted(word: string): string {
  return /^[\w./:@=-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`
}
