import { readFile } from 'node:fs/promises'
import type { Installation } from '../installation/installation.ts'
import { collectProblems, problemsOf } from '../values/collectProblems.ts'
import { errnoCode } from '../values/errnoCode.ts'
import { type JsonPointer, pointer } from '../values/json.ts'
import { type Problem, ProblemError } from '../values/problem.ts'
import { type Connection, connect } from '../world/kubernetes/connect.ts'
import type { Host, InstallationOptions } from './host.ts'

/** How this machine reaches the servers; no request is sent for it. */
export type Endpoints = {
  readonly cluster: Connection
  /** The certificate authority of MinIO, in PEM; undefined: those that this machine trusts. */
  readonly objectStoreCa: string | undefined
}

/** Reads the kubeconfig and the certificates that the file names. Throws a ProblemError with all problems. */
export async function findEndpoints(host: Host, options: InstallationOptions, installation: Installation): Promise<Endpoints> {
  const [cluster, ca] = await Promise.all([
    collectProblems(() => findCluster(host, options, installation)),
    collectProblems(() => readCertificates(installation)),
  ])
  if ('problems' in cluster || 'problems' in ca) throw new ProblemError(problemsOf(cluster, ca))
  return { cluster: cluster.value, objectStoreCa: ca.value }
}

function findCluster({ env, home, cwd }: Host, options: InstallationOptions, installation: Installation): Promise<Connection> {
  const context = options.context ?? installation.kubernetes.context
  const { kubeconfig } = options
  return connect({ env, home, cwd, ...(kubeconfig && { kubeconfig }), ...(context && { context }) })
}

type Certificates = { readonly file: string; readonly key: JsonPointer }

/** The files with certificates that the desired state names; MinIO's first, if it has one. */
async function readCertificates(installation: Installation): Promise<string | undefined> {
  const { caFile } = installation.objectStorage
  const own = caFile === undefined ? undefined : { file: caFile, key: pointer('objectStorage', 'caFile') }
  const registries = installation.registries.flatMap(({ host, caFile: file }) =>
    file === undefined ? [] : [{ file, key: pointer('registries', host, 'caFile') }],
  )
  const read = await Promise.all(
    [own, ...registries].map((certificates) => collectProblems(async () => certificates && readPem(certificates, installation))),
  )
  const problems = problemsOf(...read)
  if (problems.length > 0) throw new ProblemError(problems)
  const [first] = read
  return first && 'value' in first ? first.value : undefined
}

async function readPem({ file, key }: Certificates, { positions }: Installation): Promise<string> {
  const at = positions.get(key)
  const errorOf = (problem: Problem) => new ProblemError({ ...problem, ...(at && { at }) })
  const text = await readFile(file, 'utf8').catch((error) => {
    throw errorOf(unreadable(file, errnoCode(error)))
  })
  if (!text.includes('-----BEGIN CERTIFICATE-----')) throw errorOf(noCertificate(file))
  return text
}

function unreadable(file: string, reason: string): Problem {
  return {
    code: 'file/unreadable',
    summary: `The certificates ${file} cannot be read (${reason}).`,
    remedy: 'Correct this caFile, or the permissions of the file.',
  }
}

function noCertificate(file: string): Problem {
  return {
    code: 'file/no-certificates',
    summary: `The file ${file} contains no certificate.`,
    remedy: 'Set this caFile to a file with certificates in PEM format.',
  }
}
