import { secretsMatchGuide } from '../../support/assertions.ts'
import * as guide from '../../support/guide.ts'
import type { LabInstallation } from '../../support/installation.ts'
import type { Mutation } from './mutation.ts'

const server = 'spacelift-server'

const on = (
  secret: string,
  name: string,
  shows: RegExp,
  change: (site: LabInstallation) => Promise<unknown>,
  more: Partial<Mutation> = {},
): Mutation => ({
  address: `secret/spacelift/${secret}`,
  name,
  shows,
  change,
  repaired: secretsMatchGuide,
  ...more,
})

const kubectl =
  (...args: string[]) =>
  (site: LabInstallation) =>
    site.kubectl('-n', 'spacelift', ...args)

const merge = (secret: string, patch: object) => kubectl('patch', 'secret', secret, '--type=merge', '-p', JSON.stringify(patch))

/** A changed value for every key, and what else can happen to a secret. */
export async function secretMutations(site: LabInstallation): Promise<Mutation[]> {
  const keys = Object.entries(await guide.secrets(site)).flatMap(([secret, texts]) =>
    Object.keys(texts).map((key) => [secret, key] as const),
  )
  return [...keys.map(([secret, key]) => changed(secret, key)), ...others]
}

const changed = (secret: string, key: string): Mutation =>
  on(secret, `${key} changed`, new RegExp(`${key}\\b.*`), merge(secret, { stringData: { [key]: 'changed-by-hand' } }), {
    isSample: key === 'ADMIN_PASSWORD',
    // What stands there might be the key that the database is encrypted with: to replace it has to be asked for.
    flags: key === 'ENCRYPTION_RSA_PRIVATE_KEY' ? ['--replace-encryption-key'] : [],
  })

const others: readonly Mutation[] = [
  on(server, 'a key missing', /ADMIN_PASSWORD.*missing/, merge(server, { data: { ADMIN_PASSWORD: null } })),
  on(server, 'a key too many', /EXTRA_KEY.*removed/, merge(server, { stringData: { EXTRA_KEY: 'by hand' } }), { isSample: true }),
  on(server, 'made again with another type', /type/, async (site) => {
    await kubectl('delete', 'secret', server)(site)
    await kubectl('create', 'secret', 'generic', server, '--type=example.com/other', '--from-literal=ADMIN_USERNAME=admin')(site)
  }),
  on(server, 'made immutable', /immutable/, merge(server, { immutable: true })),
  on(server, 'applied by kubectl, which leaves it in an annotation', /last-applied/, applied),
  on(server, 'deleted', /gone/, kubectl('delete', 'secret', server)),
]

/** What the guide's own script does. */
async function applied(site: LabInstallation): Promise<void> {
  const texts = (await guide.secrets(site))[server]
  const manifest = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: server, namespace: 'spacelift' },
    type: 'Opaque',
    stringData: texts,
  }
  const file = await site.write('secret-by-hand.json', JSON.stringify(manifest))
  await site.kubectl('apply', '-f', file)
}
