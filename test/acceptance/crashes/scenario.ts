import { join } from 'node:path'
import { expectExit, LabInstallation } from '../support/installation.ts'
import type { Moment } from './crashTrial.ts'

/** One sort of apply, that can be brought about again and again. */
export type Scenario = {
  /** `a first apply`. */
  readonly name: string
  /** True when only a new lab is where it begins. */
  readonly needsNewLab: boolean
  /** When it is killed in a quick run. */
  readonly sample: readonly Moment[]
  /** Brings an installation, whatever it is like, to where the apply begins. */
  begin(installation: LabInstallation): Promise<void>
  /** The desired state that is applied. */
  file(installation: LabInstallation): string
  /** Throws unless all is as that file says, by other people's clients. */
  expect(installation: LabInstallation): Promise<void>
}

/** A file beside the desired state. */
export const fileBeside = (installation: LabInstallation, name: string): string => join(installation.folder, name)

/** An uninterrupted apply. */
export async function applied(installation: LabInstallation, file: string): Promise<void> {
  expectExit(await installation.apply('-f', file), 0)
}

export const newSite = (): Promise<LabInstallation> => LabInstallation.open()

/** Helm's whole history has one revision that is deployed, and it is the newest. */
export async function newestRevisionIsDeployed(installation: LabInstallation, release: string): Promise<void> {
  const history = JSON.parse(await installation.helm('history', release, '-o', 'json')) as { revision: number; status: string }[]
  const deployed = history.filter(({ status }) => status === 'deployed')
  if (deployed.length === 1 && history.at(-1)?.status === 'deployed') return
  throw new Error(`helm history: ${history.map(({ revision, status }) => `${revision} ${status}`).join(', ')}`)
}
