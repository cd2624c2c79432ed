"""An external scaler of KEDA, with the gRPC of C and the code that protoc makes of KEDA's file.

The metadata of a request says what it returns: `metrics` is JSON with [whole number, floating-point number] for each
value of each metric, `active` is true or false, `file` is a file that contains one of these in place of `active` and
whose changes are pushed, and `expect` is JSON with the name, namespace and address that the
request must have.
"""

import json
import os
import sys
import time
from concurrent import futures

import grpc

os.chdir(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.getcwd())
messages, services = grpc.protos_and_services("externalscaler.proto")


class Scaler(services.ExternalScalerServicer):
    def IsActive(self, request, context):
        check(request, context)
        return messages.IsActiveResponse(result=is_active(request))

    def StreamIsActive(self, request, context):
        check(request, context)
        if "file" not in request.scalerMetadata:
            context.abort(grpc.StatusCode.UNIMPLEMENTED, "nothing to push")
        pushed = None
        while context.is_active():
            active = is_active(request)
            if active != pushed:
                yield messages.IsActiveResponse(result=active)
            pushed = active
            time.sleep(0.02)

    def GetMetricSpec(self, request, context):
        check(request, context)
        specs = [messages.MetricSpec(metricName=name, targetSize=5) for name in metrics_of(request)]
        return messages.GetMetricSpecResponse(metricSpecs=specs)

    def GetMetrics(self, request, context):
        check(request.scaledObjectRef, context)
        values = metrics_of(request.scaledObjectRef).get(request.metricName)
        if values is None:
            context.abort(grpc.StatusCode.NOT_FOUND, "no such metric")
        made = [messages.MetricValue(metricName="any", metricValue=n, metricValueFloat=f) for n, f in values]
        return messages.GetMetricsResponse(metricValues=made)


def is_active(object):
    metadata = object.scalerMetadata
    text = open(metadata["file"]).read() if "file" in metadata else metadata["active"]
    return text == "true"


def metrics_of(object):
    return json.loads(object.scalerMetadata["metrics"])


def check(object, context):
    metadata = object.scalerMetadata
    if metadata["password"] != os.environ["SCALER_PASSWORD"]:
        context.abort(grpc.StatusCode.PERMISSION_DENIED, "the password is " + metadata["password"])
    given = {"name": object.name, "namespace": object.namespace, "address": metadata["scalerAddress"]}
    if "expect" in metadata and json.loads(metadata["expect"]) != given:
        context.abort(grpc.StatusCode.INVALID_ARGUMENT, "another object is expected")


server = grpc.server(futures.ThreadPoolExecutor(max_workers=8))
services.add_ExternalScalerServicer_to_server(Scaler(), server)
server.add_insecure_port("127.0.0.1:" + os.environ["SCALER_PORT"])
key, certificate, authority = (open(os.environ[name], "rb").read() for name in ("TLS_KEY", "TLS_CERT", "TLS_CA"))
mutual = grpc.ssl_server_credentials([(key, certificate)], root_certificates=authority, require_client_auth=True)
server.add_secure_port("127.0.0.1:" + os.environ["SCALER_TLS_PORT"], mutual)
server.start()
server.wait_for_termination()
