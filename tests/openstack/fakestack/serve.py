"""python -m fakestack.serve SERVICE ETC PORT: a service's API and workers in one
process with native threads; RPC goes over oslo.messaging's in-process transport.

Environment: CALLS, a file that gets a line for each call (unix time, method,
path, status, milliseconds, user agent); WAIT_FOR, ports that have to be open
before nova-compute starts, separated by commas."""
import os
import socket
import sys
import time

service_name, etc, port = sys.argv[1], sys.argv[2], int(sys.argv[3])
sys.argv = [service_name]


def wait_for_ports():
    """nova-compute gives up when placement is not there yet."""
    for port in filter(None, os.environ.get('WAIT_FOR', '').split(',')):
        while True:
            try:
                socket.create_connection(('127.0.0.1', int(port))).close()
                break
            except OSError:
                time.sleep(0.1)


def logged(app, path):
    """The application, with a line per call."""
    log = open(path, 'a', buffering=1)

    def call(environ, start_response):
        begun = time.time()

        def start(status, headers, exc_info=None):
            query = environ.get('QUERY_STRING')
            log.write('%.3f %s %s %s %d %s\n' % (
                begun, environ['REQUEST_METHOD'],
                environ.get('SCRIPT_NAME', '') + environ.get('PATH_INFO', '')
                + ('?' + query if query else ''), status.split()[0],
                (time.time() - begun) * 1000,
                environ.get('HTTP_USER_AGENT', '-')))
            return start_response(status, headers, exc_info)
        return app(environ, start)
    return call


def keystone():
    os.environ['OS_KEYSTONE_CONFIG_FILES'] = f'{etc}/keystone.conf'
    from keystone.wsgi import api
    return api.application


def placement():
    os.environ['OS_PLACEMENT_CONFIG_DIR'] = etc
    from placement.wsgi import api
    return api.application


def glance():
    os.environ['OS_GLANCE_CONFIG_DIR'] = etc
    from glance.wsgi import api
    return api.application


def nova():
    os.environ['OS_NOVA_CONFIG_DIR'] = etc
    from nova import monkey_patch
    monkey_patch.patch(backend='threading')
    from nova.wsgi import osapi_compute
    import os_brick
    import os_vif
    from oslo_privsep import priv_context
    from nova import context, objects, service
    from nova.compute import rpcapi as compute_rpcapi
    from nova.conductor import rpcapi as conductor_rpcapi
    from nova.scheduler import rpcapi as scheduler_rpcapi
    from nova.objects import host_mapping
    import nova.conf
    import fakestack.nova_fake  # noqa: F401 (it puts its driver in place)
    CONF = nova.conf.CONF
    os_brick.setup(CONF)
    os_vif.initialize()
    started = []

    def start(binary, topic, host=None, **kw):
        if host:
            CONF.set_override('host', host)
        svc = service.Service.create(host=host, binary=binary, topic=topic,
                                     **kw)
        svc.start()
        started.append(svc)

    wait_for_ports()
    start('nova-conductor', conductor_rpcapi.RPC_TOPIC)
    start('nova-scheduler', scheduler_rpcapi.RPC_TOPIC)
    for host in os.environ.get('FAKE_HOSTS', 'cmp1').split(','):
        start('nova-compute', compute_rpcapi.RPC_TOPIC, host=host,
              topic_alt=compute_rpcapi.RPC_TOPIC_ALT)
    CONF.clear_override('host')
    host_mapping.discover_hosts(context.get_admin_context())
    nova.keep = started
    return osapi_compute.application


def neutron():
    os.environ['OS_NEUTRON_CONFIG_DIR'] = etc
    os.environ['OS_NEUTRON_CONFIG_FILES'] = 'neutron.conf'
    from neutron.wsgi import api
    return api.application


def cinder():
    sys.argv = ['cinder-api', '--config-file', f'{etc}/cinder.conf']
    os.environ['OS_CINDER_DISABLE_EVENTLET_PATCHING'] = '1'
    from cinder import monkey_patch
    monkey_patch.patch()
    from cinder.wsgi import api
    import os_brick
    from oslo_config import cfg
    from cinder.common import constants
    from cinder import context, objects, service
    import cinder

    def report_state(self):
        # the stock one keys on the CLASS attribute Service.service_id, so two
        # services in one process would both report as the last one started
        ref = objects.Service.get_by_args(context.get_admin_context(),
                                          self.host, self.binary)
        ref.report_count += 1
        ref.save()
    service.Service.report_state = report_state
    CONF = cfg.CONF
    CONF.register_opt(cfg.StrOpt('cluster'))
    os_brick.setup(CONF)
    keep = []
    for backend in CONF.enabled_backends:
        CONF.register_opt(cfg.StrOpt('backend_host'), group=backend)
        svc = service.Service.create(
            host=f'{CONF.host}@{backend}', service_name=backend,
            binary=constants.VOLUME_BINARY, coordination=True)
        svc.start()
        keep.append(svc)
    # after the volume service: alone it would block 60 s on its first report
    svc = service.Service.create(binary=constants.SCHEDULER_BINARY)
    svc.start()
    keep.append(svc)
    cinder.keep_services = keep
    return api.application


def heat():
    sys.argv = ['heat-api', '--config-file', f'{etc}/heat.conf']
    from oslo_service import backend
    backend.init_backend(backend.BackendType.THREADING)
    from heat.wsgi import api
    from oslo_config import cfg
    from heat.common import config
    from heat.engine import template
    from heat.rpc import api as rpc_api
    config.startup_sanity_check()
    template._get_template_extension_manager()
    from heat.engine import service as engine
    svc = engine.EngineService(cfg.CONF.host, rpc_api.ENGINE_TOPIC)
    svc.start()
    heat.keep = svc
    return api.application


if __name__ == '__main__':
    import traceback
    import waitress
    try:
        app = globals()[service_name]()
        if os.environ.get('CALLS'):
            app = logged(app, os.environ['CALLS'])
        waitress.serve(app, host='127.0.0.1', port=port,
                       threads=int(os.environ.get('API_THREADS', 16)),
                       # waitress' 100 freeze neutron under load
                       connection_limit=2000,
                       clear_untrusted_proxy_headers=True)
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(1)      # worker threads would keep a dead process around
