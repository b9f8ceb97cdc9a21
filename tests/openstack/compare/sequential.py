"""The copy by openstacksdk, one call after the other, as scripts are usually written:

    python sequential.py PLAN.json"""
import sys

import work
from plan import PUBLIC_KEY, Plan, gib, metadata, name_of

plan = Plan(sys.argv[1])
cloud = work.connect()
network, compute, volumes = cloud.network, cloud.compute, cloud.block_storage


def create():
    outside = network.find_network(plan.external, ignore_missing=False)
    ids = {}
    for name in plan.of('network'):
        ids['network', name] = network.create_network(name=plan.named(name)).id
    for name, one in plan.of('subnet').items():
        ids['subnet', name] = network.create_subnet(
            name=plan.named(name), network_id=ids['network', name_of(one['network'])],
            cidr=one['cidr'], ip_version=4).id
    for name in plan.of('router'):
        ids['router', name] = network.create_router(
            name=plan.named(name), external_gateway_info={'network_id': outside.id}).id
    for one in plan.of('router-interface').values():
        network.add_interface_to_router(ids['router', name_of(one['router'])],
                                        subnet_id=ids['subnet', name_of(one['subnet'])])
    for name in plan.of('security-group'):
        ids['security-group', name] = network.create_security_group(name=plan.named(name)).id
    for group, rule, remote in plan.rules():
        if remote:
            rule['remote_group_id'] = ids['security-group', remote]
        network.create_security_group_rule(security_group_id=ids['security-group', group], **rule)
    for name in plan.of('server-group'):
        ids['server-group', name] = compute.create_server_group(
            name=plan.named(name), policy='anti-affinity').id
    for name in plan.of('keypair'):
        compute.create_keypair(name=plan.named(name), public_key=PUBLIC_KEY)
    for name, one in plan.of('volume').items():
        volume = volumes.create_volume(name=plan.named(name), size=gib(one['size']),
                                       metadata=metadata(one))
        volumes.wait_for_status(volume, interval=work.POLL)
        ids['volume', name] = volume.id
    for name, one in plan.of('instance').items():
        ids['instance', name] = server(one, ids)
    for one in plan.of('floating-ip').values():
        port = next(network.ports(device_id=ids['instance', name_of(one['instance'])],
                                  network_id=ids['network', one['network']]))
        network.create_ip(floating_network_id=outside.id, port_id=port.id, description=plan.name)
    for one in plan.of('volume-attachment').values():
        volume = ids['volume', name_of(one['volume'])]
        compute.create_volume_attachment(ids['instance', name_of(one['instance'])],
                                         volume_id=volume)
        volumes.wait_for_status(volumes.get_volume(volume), status='in-use', interval=work.POLL)


def server(one, ids):
    hints = {}
    if one['server_group']:
        hints = {'group': ids['server-group', name_of(one['server_group'])]}
    made = compute.create_server(
        name=one['host_name'],
        flavor_id=compute.find_flavor(one['flavor'], ignore_missing=False).id,
        image_id=cloud.image.find_image(one['boot'], ignore_missing=False).id,
        networks=[{'uuid': ids['network', name]} for name in one['networks']],
        security_groups=[{'name': ids['security-group', name_of(key)]}
                         for key in one['security_groups']],
        scheduler_hints=hints, metadata=metadata(one), **plan.key_name(one))
    return compute.wait_for_server(made, interval=work.POLL).id


def remove():
    """Everything of the plan's names, however often it is there."""
    def named(kind, listed):
        names = {plan.named(name) for name in plan.of(kind)}
        return [one for one in listed if one.name in names]

    for one in network.ips(description=plan.name):
        network.delete_ip(one)
    for one in [one for one in compute.servers() if one.name in plan.host_names()]:
        compute.delete_server(one)
        compute.wait_for_delete(one, interval=work.POLL)
    for one in named('volume', volumes.volumes()):
        volumes.delete_volume(one)
        volumes.wait_for_delete(one, interval=work.POLL)
    for one in named('server-group', compute.server_groups()):
        compute.delete_server_group(one)
    for one in named('keypair', compute.keypairs()):
        compute.delete_keypair(one)
    for router in named('router', network.routers()):
        for port in network.ports(device_id=router.id, device_owner='network:router_interface'):
            network.remove_interface_from_router(router, port_id=port.id)
        network.delete_router(router)
    for one in named('network', network.networks()):
        network.delete_network(one)
    for one in named('security-group', network.security_groups()):
        network.delete_security_group(one)


work.serve(create=create, remove=remove)
