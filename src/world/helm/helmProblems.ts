import type { Problem } from '../../values/problem.ts'

const LINES = 12
const WIDTH = 400

/** What helm's failure means for a person; the API server's own words are in the detail. */
export function helmProblem(doing: string, stderr: string, signal: AbortSignal): Problem {
  const detail = words(stderr)
  if (signal.aborted)
    return {
      code: 'helm/interrupted',
      summary: `helm was interrupted while it was to ${doing}.`,
      remedy: 'Apply again: it goes on from there.',
    }
  const known = KNOWN.find(([pattern]) => pattern.test(stderr))
  const [, code, remedy] = known ?? [
    undefined,
    'helm/failed',
    'Look at what helm says and mend its cause, then apply again: it goes on from there.',
  ]
  return { code, summary: `helm could not ${doing}.`, ...(detail !== '' && { detail }), remedy }
}

const KNOWN: readonly (readonly [RegExp, string, string])[] = [
  [
    /don't meet the specifications of the schema|values don't meet/i,
    'helm/values',
    'Mend release.values in desired-state.yaml: the chart does not know what helm names here.',
  ],
  [
    /context deadline exceeded|timed out waiting|not ready/i,
    'helm/not-ready',
    'Some pods did not become ready in time: kubectl get pods and kubectl describe pod tell why. Then apply again, with a longer release.timeout if they only need more time.',
  ],
  [
    /another operation .* in progress/i,
    'helm/busy',
    'Another helm works on this release, or was killed: plan again, groundcrew recovers a dead one.',
  ],
  [
    /invalid ownership metadata|cannot be imported/i,
    'helm/foreign-objects',
    'An object of this name exists and is not the release’s: look at it, and delete it or move it away.',
  ],
  [/forbidden/i, 'helm/forbidden', 'This user lacks a right that helm needs: kubectl auth can-i --list -n NAMESPACE tells what it has.'],
  [
    /Chart\.yaml file is missing|missing in charts|found in Chart\.yaml, but missing/i,
    'helm/chart',
    'The chart is incomplete: helm dependency build CHART, or take the packaged chart.',
  ],
]

/** Helm's own words without its log noise, at most a screenful. */
function words(stderr: string): string {
  const lines = stderr
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !/^(level=|time=|I\d{4} |W\d{4} |WARNING: Kubernetes configuration file)/.test(line))
  return lines
    .slice(-LINES)
    .map((line) => (line.length > WIDTH ? `${line.slice(0, WIDTH)} ...` : line))
    .join('\n')
}
