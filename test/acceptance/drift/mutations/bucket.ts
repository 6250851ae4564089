import { bucketsMatchGuide, lifecycleRules } from '../../support/assertions.ts'
import type { LabInstallation } from '../../support/installation.ts'
import type { Mutation } from './mutation.ts'

const versioned = 'spacelift-run-logs'
const unversioned = 'spacelift-deliveries'

const on = (
  bucket: string,
  name: string,
  shows: RegExp,
  change: (site: LabInstallation) => Promise<unknown>,
  more: Partial<Mutation> = {},
): Mutation => ({
  address: `bucket/${bucket}`,
  name,
  shows,
  change,
  repaired: bucketsMatchGuide,
  ...more,
})

const version =
  (...args: string[]) =>
  (site: LabInstallation) =>
    site.mc('version', ...args)

const addRule =
  (bucket: string, ...args: string[]) =>
  (site: LabInstallation) =>
    site.mc('ilm', 'rule', 'add', ...args, `lab/${bucket}`)

const editRule =
  (bucket: string, ...args: string[]) =>
  async (site: LabInstallation) =>
    site.mc('ilm', 'rule', 'edit', '--id', (await lifecycleRules(site, bucket))[0]?.ID ?? '', ...args, `lab/${bucket}`)

export const bucketMutations: readonly Mutation[] = [
  on(versioned, 'versioning suspended', /versioning/, version('suspend', `lab/${versioned}`), { isSample: true }),
  on(unversioned, 'versioning enabled', /versioning/, version('enable', `lab/${unversioned}`)),
  on(versioned, 'prefixes excluded from versioning', /xcluded/, version('enable', '--excluded-prefixes', 'tmp/*', `lab/${versioned}`)),
  on(
    versioned,
    'folders excluded from versioning',
    /xclude/,
    version('enable', '--excluded-prefixes', 'tmp/*', '--exclude-folders', `lab/${versioned}`),
  ),
  on(versioned, 'a rule expires sooner', /7/, editRule(versioned, '--expire-days', '7'), { isSample: true }),
  on(versioned, 'a rule expires later', /700/, editRule(versioned, '--expire-days', '700')),
  on(versioned, 'a rule disabled', /enabled|status|disabled/i, editRule(versioned, '--disable')),
  on(versioned, 'noncurrent versions expire', /noncurrent/i, editRule(versioned, '--noncurrent-expire-days', '3')),
  on(versioned, 'all rules removed', /60/, (site) => site.mc('ilm', 'rule', 'rm', '--all', '--force', `lab/${versioned}`)),
  on('spacelift-states', 'a rule added where none belongs', /5/, addRule('spacelift-states', '--expire-days', '5')),
  on(versioned, 'a second rule added, for a prefix', /tmp\//, addRule(versioned, '--expire-days', '5', '--prefix', 'tmp/')),
  on(versioned, 'a second rule added, for tags', /team/, addRule(versioned, '--expire-days', '5', '--tags', 'team=a')),
  on(versioned, 'a second rule added, for large objects', /1048576/, addRule(versioned, '--expire-days', '5', '--size-gt', '1MiB')),
  on(versioned, 'a second rule added, for small objects', /1024/, addRule(versioned, '--expire-days', '5', '--size-lt', '1KiB')),
  on(versioned, 'a second rule added, for noncurrent versions', /noncurrent/i, addRule(versioned, '--noncurrent-expire-days', '4')),
  on(
    versioned,
    'a second rule added, that keeps some noncurrent versions',
    /newer|versions/i,
    addRule(versioned, '--noncurrent-expire-days', '4', '--noncurrent-expire-newer', '2'),
  ),
  on(versioned, 'a second rule added, for delete markers', /marker/i, addRule(versioned, '--expire-delete-marker')),
  on(
    versioned,
    'a second rule added, for all versions',
    /versions/i,
    addRule(versioned, '--expire-days', '5', '--prefix', 'old/', '--expire-all-object-versions'),
  ),
  on(versioned, 'a policy set', /policy/, (site) => site.mc('anonymous', 'set', 'download', `lab/${versioned}`), { isSample: true }),
  on(versioned, 'the bucket deleted', /gone/, (site) => site.mc('rb', '--force', `lab/${versioned}`), { isSample: true }),
]
