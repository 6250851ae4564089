import { readFile } from 'node:fs/promises'
import type { Installation } from '../installation/installation.ts'
import { errnoCode } from '../state/fileStore.ts'
import { collectProblems, problemsOf } from '../values/collectProblems.ts'
import { type JsonPointer, pointer } from '../values/json.ts'
import { type Problem, ProblemError } from '../values/problem.ts'
import { type Connection, connect } from '../world/kubernetes/connect.ts'
import type { Host, InstallationOptions } from './host.ts'

/** How to reach the servers, as far as this machine says it; none of them is asked. */
export type Endpoints = {
  readonly cluster: Connection
  /** What vouches for MinIO, in PEM; undefined: what the machine trusts. */
  readonly objectStoreCa: string | undefined
}

/** Reads the kubeconfig and the certificates that the file names. Throws a ProblemError with all that is wrong. */
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
async function readCertificates(it: Installation): Promise<string | undefined> {
  const { caFile } = it.objectStorage
  const own = caFile === undefined ? undefined : { file: caFile, key: pointer('objectStorage', 'caFile') }
  const registries = it.registries.flatMap(({ host, caFile: file }) =>
    file === undefined ? [] : [{ file, key: pointer('registries', host, 'caFile') }],
  )
  const read = await Promise.all([own, ...registries].map((one) => collectProblems(async () => one && readPem(one, it))))
  const problems = problemsOf(...read)
  if (problems.length > 0) throw new ProblemError(problems)
  const [first] = read
  return first && 'value' in first ? first.value : undefined
}

async function readPem({ file, key }: Certificates, { positions }: Installation): Promise<string> {
  const at = positions.get(key)
  const told = (problem: Problem) => new ProblemError({ ...problem, ...(at && { at }) })
  const text = await readFile(file, 'utf8').catch((error) => {
    throw told(unreadable(file, errnoCode(error)))
  })
  if (!text.includes('-----BEGIN CERTIFICATE-----')) throw told(noCertificate(file))
  return text
}

function unreadable(file: string, why: string): Problem {
  return {
    code: 'file/unreadable',
    summary: `The certificates ${file} cannot be read (${why}).`,
    remedy: 'Mend this caFile, or the rights of the file.',
  }
}

function noCertificate(file: string): Problem {
  return {
    code: 'file/no-certificates',
    summary: `The file ${file} holds no certificate.`,
    remedy: 'Name a file with certificates in PEM form in this caFile.',
  }
}
