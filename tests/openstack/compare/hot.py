"""The copy as a template for Heat, which takes JSON for YAML:

    python hot.py PLAN.json at-once|in-order >stack.json

Each server has a port of its own, so that its public address can be bound to it. Rules stand in
their security group; those that let another group in are resources by themselves, because two
groups may name each other. `in-order` holds servers back until those that the environment says must
be ready before them are there; Heat has no word for those that need only exist."""
import json
import sys

from plan import PUBLIC_KEY, Plan, gib, metadata, name_of

plan, in_order = Plan(sys.argv[1]), sys.argv[2] == 'in-order'
resources = {}


def called(kind, name):
    """Names of Heat's resources hold no slash."""
    return f'{kind}:{name}'


def put(kind, key, of, /, **properties):
    resources[called(kind, key)] = {'type': f'OS::{of}', 'properties': properties}


def ref(kind, name):
    return {'get_resource': called(kind, name)}


for name in plan.of('network'):
    put('network', name, 'Neutron::Net', name=plan.named(name))
for name, one in plan.of('subnet').items():
    put('subnet', name, 'Neutron::Subnet', name=plan.named(name), cidr=one['cidr'],
        network=ref('network', name_of(one['network'])))
for name in plan.of('router'):
    put('router', name, 'Neutron::Router', name=plan.named(name),
        external_gateway_info={'network': plan.external})
for name, one in plan.of('router-interface').items():
    put('router-interface', name, 'Neutron::RouterInterface',
        router=ref('router', name_of(one['router'])), subnet=ref('subnet', name_of(one['subnet'])))

inside = {name: [] for name in plan.of('security-group')}
for number, (group, rule, remote) in enumerate(plan.rules()):
    if remote == group:
        rule['remote_mode'] = 'remote_group_id'
    if remote in (None, group):
        inside[group].append(rule)
    else:
        put('rule', str(number), 'Neutron::SecurityGroupRule', **rule,
            security_group=ref('security-group', group), remote_group=ref('security-group', remote))
for name, rules in inside.items():
    put('security-group', name, 'Neutron::SecurityGroup', name=plan.named(name), rules=rules)

for name in plan.of('server-group'):
    put('server-group', name, 'Nova::ServerGroup', name=plan.named(name),
        policies=['anti-affinity'])
for name in plan.of('keypair'):
    put('keypair', name, 'Nova::KeyPair', name=plan.named(name), public_key=PUBLIC_KEY)
for name, one in plan.of('volume').items():
    put('volume', name, 'Cinder::Volume', name=plan.named(name), size=gib(one['size']),
        metadata=metadata(one))
for name, one in plan.of('instance').items():
    nics = []
    for net in one['networks']:
        put('port', f'{name}.{net}', 'Neutron::Port', name=plan.named(name),
            network=ref('network', net), fixed_ips=[{'subnet': ref('subnet', net)}],
            security_groups=[ref('security-group', name_of(key)) for key in one['security_groups']])
        nics.append({'port': ref('port', f'{name}.{net}')})
    hints = {}
    if one['server_group']:
        hints = {'group': ref('server-group', name_of(one['server_group']))}
    key = {'key_name': ref('keypair', name_of(one['keypair']))} if one['keypair'] else {}
    put('instance', name, 'Nova::Server', name=one['host_name'], flavor=one['flavor'],
        image=one['boot'], networks=nics, scheduler_hints=hints, metadata=metadata(one), **key)
    before = [called('instance', other) for other in plan.ready_before(one)] if in_order else []
    if before:
        resources[called('instance', name)]['depends_on'] = before
for name, one in plan.of('floating-ip').items():
    put('floating-ip', name, 'Neutron::FloatingIP', floating_network=plan.external,
        port_id=ref('port', f'{name_of(one["instance"])}.{one["network"]}'))
    resources[called('floating-ip', name)]['depends_on'] = [
        called('router-interface', interface) for interface in plan.of('router-interface')]
for name, one in plan.of('volume-attachment').items():
    put('volume-attachment', name, 'Cinder::VolumeAttachment',
        volume_id=ref('volume', name_of(one['volume'])),
        instance_uuid=ref('instance', name_of(one['instance'])))

json.dump({'heat_template_version': '2021-04-16', 'resources': resources}, sys.stdout, indent=1)
