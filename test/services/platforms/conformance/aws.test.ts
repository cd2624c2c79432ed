import { lambdaCandidate } from '../../../platforms/candidates/clouds.js';
import { autoScalingGroupCandidate } from '../auto-scaling-group-candidate.js';
import { ecsCandidate } from '../ecs-candidate.js';
import { conforms } from './conforms.js';

process.env['AWS_ACCESS_KEY_ID'] = 'test';
process.env['AWS_SECRET_ACCESS_KEY'] = 'test';

await conforms(ecsCandidate, autoScalingGroupCandidate, lambdaCandidate);
