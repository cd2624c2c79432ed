import { nomadCandidate } from '../../../platforms/candidates/clouds.js';
import { dockerSwarmCandidate } from '../docker-swarm-candidate.js';
import { kubernetesCandidate, rolloutCandidate } from '../kubernetes-candidate.js';
import { conforms } from './conforms.js';

await conforms(kubernetesCandidate, rolloutCandidate, dockerSwarmCandidate, nomadCandidate);
