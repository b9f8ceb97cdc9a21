"""The copy by openstacksdk, as fast as a script goes: many calls at once, in bulk where Neutron
takes bulk, one list call to look at all servers.

    python parallel.py PLAN.json WORKERS own|nova

`own` makes the servers' ports first, all in one call, so that public addresses need not wait for
servers; with `nova` Nova makes them, and takes them away."""
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import work
from plan import PUBLIC_KEY, Plan, gib, metadata, name_of

plan, workers, own_ports = Plan(sys.argv[1]), int(sys.argv[2]), sys.argv[3] == 'own'
cloud = work.connect()
network, compute, volumes = cloud.network, cloud.compute, cloud.block_storage


def bulk(path, bodies):
    """Makes many of Neutron's in one call; their ids, in the same order."""
    kind = path.replace('-', '_')
    answer = network.post(f'/{path}', json={kind: bodies})
    if not answer.ok:
        raise RuntimeError(answer.text)
    return [one['id'] for one in answer.json()[kind]]


def networks():
    names = list(plan.of('network'))
    ids = dict(zip(names, bulk('networks', [{'name': plan.named(name)} for name in names])))
    subnets = plan.of('subnet')
    made = bulk('subnets', [{'name': plan.named(name), 'cidr': one['cidr'], 'ip_version': 4,
                             'network_id': ids[name_of(one['network'])]}
                            for name, one in subnets.items()])
    return ids, dict(zip(subnets, made))


def router(outside):
    return network.create_router(name=plan.named(next(iter(plan.of('router')))),
                                 external_gateway_info={'network_id': outside.result()}).id


def interface(router, nets):
    for one in plan.of('router-interface').values():
        network.add_interface_to_router(router.result(),
                                        subnet_id=nets.result()[1][name_of(one['subnet'])])


def security_groups():
    names = list(plan.of('security-group'))
    return dict(zip(names, bulk('security-groups', [{'name': plan.named(n)} for n in names])))


def rules(group, groups):
    """Neutron takes the rules of one group in one call, not those of several."""
    bodies = []
    for of, rule, remote in plan.rules():
        if of == group:
            rule['security_group_id'] = groups.result()[group]
            if remote:
                rule['remote_group_id'] = groups.result()[remote]
            bodies.append(rule)
    bulk('security-group-rules', bodies)


def server_groups():
    return {name: compute.create_server_group(name=plan.named(name), policy='anti-affinity').id
            for name in plan.of('server-group')}


def keypairs():
    for name in plan.of('keypair'):
        compute.create_keypair(name=plan.named(name), public_key=PUBLIC_KEY)


def volume(name, one):
    return volumes.create_volume(name=plan.named(name), size=gib(one['size']),
                                 metadata=metadata(one)).id


def ports(nets, groups):
    """By instance and network, before there are servers."""
    wanted = {(name, net): {'name': plan.named(name), 'network_id': nets.result()[0][net],
                            'security_groups': [groups.result()[name_of(key)]
                                                for key in one['security_groups']]}
              for name, one in plan.of('instance').items() for net in one['networks']}
    return dict(zip(wanted, bulk('ports', list(wanted.values()))))


def ports_of_nova(nets, servers):
    """By instance and network, once Nova has made them."""
    instance_of = {server.result(): name for name, server in servers.items()}
    network_of = {made: name for name, made in nets.result()[0].items()}
    return {(instance_of[port.device_id], network_of[port.network_id]): port.id
            for port in network.ports() if port.device_id in instance_of}


def server(name, one, nets, groups, apart, keys, flavors, images, made):
    if made:
        nics = [{'port': made.result()[name, net]} for net in one['networks']]
        protected = {}
    else:
        nics = [{'uuid': nets.result()[0][net]} for net in one['networks']]
        protected = {'security_groups': [{'name': groups.result()[name_of(key)]}
                                         for key in one['security_groups']]}
    hints = {}
    if one['server_group']:
        hints = {'group': apart.result()[name_of(one['server_group'])]}
    keys.result()
    return compute.create_server(
        name=one['host_name'], flavor_id=flavors.result()[one['flavor']],
        image_id=images.result()[one['boot']], networks=nics, scheduler_hints=hints,
        metadata=metadata(one), **protected, **plan.key_name(one)).id


def address(one, outside, made, connected):
    """Neutron takes no bulk of these."""
    connected.result()
    port = made.result()[name_of(one['instance']), one['network']]
    network.create_ip(floating_network_id=outside.result(), port_id=port, description=plan.name)


def until_active(servers):
    wanted = {server.result() for server in servers.values()}
    while wanted:
        time.sleep(work.POLL)
        for one in compute.servers():
            if one.id in wanted and one.status == 'ERROR':
                raise RuntimeError(f'{one.name}: {one.fault["message"]}')
            if one.status == 'ACTIVE':
                wanted.discard(one.id)


def until_in_use(wanted):
    while wanted:
        time.sleep(work.POLL)
        wanted = wanted - {one.id for one in volumes.volumes() if one.status == 'in-use'}


def create():
    # Tasks wait only for those begun before them, so that few workers are enough.
    with ThreadPoolExecutor(workers) as pool:
        go = pool.submit
        outside = go(lambda: next(network.networks(name=plan.external)).id)
        nets, groups = go(networks), go(security_groups)
        flavors = go(lambda: {one.name: one.id for one in compute.flavors()})
        images = go(lambda: {one.name: one.id for one in cloud.image.images()})
        apart = go(server_groups)
        keys = go(keypairs)
        disks = {name: go(volume, name, one) for name, one in plan.of('volume').items()}
        made = go(ports, nets, groups) if own_ports else None
        gate = go(router, outside)
        servers = {name: go(server, name, one, nets, groups, apart, keys, flavors, images, made)
                   for name, one in plan.of('instance').items()}
        connected = go(interface, gate, nets)
        others = [go(rules, group, groups) for group in plan.of('security-group')]

        def addresses():
            others.extend(go(address, one, outside, made, connected)
                          for one in plan.of('floating-ip').values())

        if own_ports:
            addresses()
        until_active(servers)
        if not own_ports:
            made = go(ports_of_nova, nets, servers)
            addresses()
        for one in plan.of('volume-attachment').values():
            others.append(go(compute.create_volume_attachment,
                             servers[name_of(one['instance'])].result(),
                             volume_id=disks[name_of(one['volume'])].result()))
        for other in others:
            other.result()
        until_in_use({disk.result() for disk in disks.values()})


def remove():
    """Everything of the plan's names, however often it is there."""
    with ThreadPoolExecutor(workers) as pool:
        def all_named(kind, listed):
            names = {plan.named(name) for name in plan.of(kind)}
            return pool.submit(lambda: [one for one in listed() if one.name in names])

        def all_of(act, things):
            list(pool.map(act, things))

        servers = pool.submit(lambda: [one for one in compute.servers(details=False)
                                       if one.name in plan.host_names()])
        ips = pool.submit(lambda: list(network.ips(description=plan.name)))
        routers = all_named('router', network.routers)
        nets = all_named('network', network.networks)
        groups = all_named('security-group', network.security_groups)
        apart = all_named('server-group', compute.server_groups)
        keys = all_named('keypair', compute.keypairs)
        disks = all_named('volume', volumes.volumes)
        going = [pool.submit(compute.delete_server, one) for one in servers.result()]
        all_of(network.delete_ip, ips.result())
        all_of(leave, [(one, port) for one in routers.result()
                       for port in network.ports(device_id=one.id,
                                                 device_owner='network:router_interface')])
        all_of(network.delete_router, routers.result())
        for one in going:
            one.result()
        gone = {one.id for one in servers.result()}
        while gone & {one.id for one in compute.servers(details=False)}:
            time.sleep(work.POLL)
        freed = [pool.submit(volumes.delete_volume, one) for one in disks.result()]
        if own_ports:
            all_of(network.delete_port, [port for one in nets.result()
                                         for port in network.ports(network_id=one.id)
                                         if not port.device_owner])
        all_of(network.delete_network, nets.result())
        all_of(network.delete_security_group, groups.result())
        all_of(compute.delete_server_group, apart.result())
        all_of(compute.delete_keypair, keys.result())
        for one in freed:
            one.result()
        left = {one.id for one in disks.result()}
        while left & {one.id for one in volumes.volumes(details=False)}:
            time.sleep(work.POLL)


def leave(pair):
    network.remove_interface_from_router(pair[0], port_id=pair[1].id)


work.serve(create=create, remove=remove)
