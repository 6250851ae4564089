import { bucketsMatchGuide, lifecycleRules } from '../../support/assertions.ts'
import type { LabInstallation } from '../../support/installation.ts'
import { DELETED, type Mutation, mutationsOf } from './mutation.ts'

const mutation = mutationsOf(bucketsMatchGuide)
/** A versioned bucket with one lifecycle rule. */
const VERSIONED = 'spacelift-run-logs'
const versioned = (name: string, planShows: RegExp, change: Mutation['change'], isSample = false) =>
  mutation(`bucket/${VERSIONED}`, name, planShows, change, { isSample })

const mc =
  (...args: string[]) =>
  (installation: LabInstallation) =>
    installation.mc(...args)

const addRule = (...args: string[]) => mc('ilm', 'rule', 'add', ...args, `lab/${VERSIONED}`)

const editRule =
  (...args: string[]) =>
  async (installation: LabInstallation) => {
    const [rule] = await lifecycleRules(installation, VERSIONED)
    return installation.mc('ilm', 'rule', 'edit', '--id', rule?.ID ?? '', ...args, `lab/${VERSIONED}`)
  }

export const bucketMutations: readonly Mutation[] = [
  versioned('versioning suspended', /versioning/, mc('version', 'suspend', `lab/${VERSIONED}`)),
  mutation('bucket/spacelift-deliveries', 'versioning enabled', /versioning/, mc('version', 'enable', 'lab/spacelift-deliveries')),
  versioned('prefixes excluded from versioning', /xcluded/, mc('version', 'enable', '--excluded-prefixes', 'tmp/*', `lab/${VERSIONED}`)),
  versioned(
    'folders excluded from versioning',
    /xclude/,
    mc('version', 'enable', '--excluded-prefixes', 'tmp/*', '--exclude-folders', `lab/${VERSIONED}`),
  ),
  versioned('a rule expires sooner', /7/, editRule('--expire-days', '7'), true),
  versioned('a rule expires later', /700/, editRule('--expire-days', '700')),
  versioned('a rule disabled', /enabled|status|disabled/i, editRule('--disable')),
  versioned('noncurrent versions expire', /noncurrent/i, editRule('--noncurrent-expire-days', '3')),
  versioned('all rules removed', /60/, mc('ilm', 'rule', 'rm', '--all', '--force', `lab/${VERSIONED}`)),
  mutation(
    'bucket/spacelift-states',
    'a rule added to a bucket without rules',
    /5/,
    mc('ilm', 'rule', 'add', '--expire-days', '5', 'lab/spacelift-states'),
  ),
  versioned('a second rule added, for a prefix', /tmp\//, addRule('--expire-days', '5', '--prefix', 'tmp/')),
  versioned('a second rule added, for tags', /team/, addRule('--expire-days', '5', '--tags', 'team=a')),
  versioned('a second rule added, for large objects', /1048576/, addRule('--expire-days', '5', '--size-gt', '1MiB')),
  versioned('a second rule added, for small objects', /1024/, addRule('--expire-days', '5', '--size-lt', '1KiB')),
  versioned('a second rule added, for noncurrent versions', /noncurrent/i, addRule('--noncurrent-expire-days', '4')),
  versioned(
    'a second rule added, which keeps some noncurrent versions',
    /newer|versions/i,
    addRule('--noncurrent-expire-days', '4', '--noncurrent-expire-newer', '2'),
  ),
  versioned('a second rule added, for delete markers', /marker/i, addRule('--expire-delete-marker')),
  versioned(
    'a second rule added, for all versions',
    /versions/i,
    addRule('--expire-days', '5', '--prefix', 'old/', '--expire-all-object-versions'),
  ),
  versioned('a policy set', /policy/, mc('anonymous', 'set', 'download', `lab/${VERSIONED}`)),
  versioned('the bucket deleted', DELETED, mc('rb', '--force', `lab/${VERSIONED}`)),
]
