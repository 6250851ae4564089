/** What each folder may import of src/ (types included), and which packages. The README's table names what each must not know. */
export const FOLDERS: { readonly [folder: string]: { readonly may: readonly string[]; readonly packages: readonly string[] } } = {
  values: { may: ['values'], packages: ['json-diff-ts'] },
  installation: { may: ['values', 'installation', 'world/ports'], packages: ['yaml', 'zod'] },
  kinds: { may: ['values', 'installation', 'kinds', 'world/ports'], packages: ['yaml'] },
  plan: { may: ['values', 'plan', 'kinds/kind.ts'], packages: ['zod'] },
  reconcile: {
    may: ['values', 'installation', 'plan', 'kinds/erasedKind.ts', 'kinds/kind.ts', 'reconcile', 'state', 'world/ports'],
    packages: [],
  },
  session: {
    may: [
      ...['values', 'installation', 'plan', 'reconcile', 'session', 'state', 'world', 'report', 'version.ts'],
      ...['kinds/index.ts', 'kinds/kind.ts'],
    ],
    packages: [],
  },
  watch: {
    may: ['values', 'installation', 'plan', 'reconcile', 'session', 'state', 'watch', 'world', 'report'],
    packages: ['chokidar'],
  },
  state: { may: ['values', 'state', 'world/ports'], packages: ['zod'] },
  world: {
    may: ['values', 'installation/installation.ts', 'world', 'version.ts'],
    packages: ['yaml', 'minio', 'tar-stream', '@kubernetes/client-node', 'fast-xml-parser', 'zx'],
  },
  report: {
    may: [
      'values',
      'plan',
      'kinds/kind.ts',
      'reconcile/events.ts',
      'watch/watchEvents.ts',
      'state/journalRecord.ts',
      'report',
      'installation',
    ],
    packages: ['zod'],
  },
  commands: {
    may: [
      ...['values', 'installation', 'plan', 'session', 'watch', 'state', 'world', 'report', 'commands', 'version.ts'],
      'reconcile/makePlan.ts',
    ],
    packages: ['commander'],
  },
}
