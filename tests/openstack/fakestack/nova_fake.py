"""nova.virt.fake.FakeDriver, and what the tests need beside it:

- ids of nodes that survive a restart (the stock ones are random per process,
  and nova-compute refuses to start again without state_path/compute_id)
- servers that the database knows are running again after a restart
- a snapshot really uploads something (the stock one leaves the image queued
  for ever)
- a server whose metadata holds fake_fail=TEXT fails to spawn, with that text;
  fake_slow=SECONDS delays the spawn
- each host's size comes from FAKE_VCPUS, FAKE_RAM_MB, FAKE_DISK_GB
"""
import io
import os
import time
import uuid

from nova.compute import power_state
from nova import exception
from nova.image import glance
from nova.virt import fake
import nova.virt.node


def node_uuid(name):
    return str(uuid.uuid5(uuid.NAMESPACE_DNS, 'fakestack.' + name))


class LabDriver(fake.FakeDriver):
    vcpus = int(os.environ.get('FAKE_VCPUS', 1000))
    memory_mb = int(os.environ.get('FAKE_RAM_MB', 800000))
    local_gb = int(os.environ.get('FAKE_DISK_GB', 600000))

    def init_host(self, host):
        super().init_host(host)
        nova.virt.node.get_local_node_uuid()      # writes state_path/compute_id

    def get_available_resource(self, nodename):
        res = super().get_available_resource(nodename)
        if res:
            res['uuid'] = node_uuid(nodename)
        return res

    def get_nodenames_by_uuid(self, refresh=False):
        return {node_uuid(n): n for n in self.get_available_nodes()}

    def get_info(self, instance, use_cache=True):
        if instance.uuid not in self.instances and instance.launched_at:
            self.instances[instance.uuid] = fake.FakeInstance(
                instance.name,
                instance.power_state or power_state.RUNNING, instance.uuid)
        return super().get_info(instance, use_cache)

    def spawn(self, context, instance, *args, **kwargs):
        metadata = instance.metadata or {}
        time.sleep(float(metadata.get('fake_slow', 0)))
        # A client that can't set metadata of its own names a flavor that never starts. Scoped,
        # or the scheduler would look for a host that has such a capability.
        why = metadata.get('fake_fail',
                           instance.flavor.extra_specs.get('lab:fake_fail'))
        if why is not None:
            raise exception.BuildAbortException(
                instance_uuid=instance.uuid, reason=why)
        return super().spawn(context, instance, *args, **kwargs)

    def snapshot(self, context, instance, image_id, update_task_state):
        super().snapshot(context, instance, image_id, update_task_state)
        api = glance.API()
        image = api.get(context, image_id)
        api.update(context, image_id,
                   {'status': 'active', 'name': image['name'],
                    'disk_format': 'raw', 'container_format': 'bare',
                    'properties': image.get('properties', {})},
                   data=io.BytesIO(b'fake snapshot'), purge_props=False)


fake.LabDriver = LabDriver     # compute_driver = fake.LabDriver
