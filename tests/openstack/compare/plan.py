"""The copy that everybody makes: Understudy's own plan of it, as `cargo xtask bench` writes it down.

Nothing is told twice: names, sizes and rules are what the plan's resources say."""
import json

# A key whose private half nobody has: what a keypair costs a cloud is the same with any.
PUBLIC_KEY = ('ssh-ed25519 '
              'AAAAC3NzaC1lZDI1NTE5AAAAIL7o/iFsG73JjiDuaRqhNmu/L7Hn0gw0bcA7tFproUBC')


class Plan:
    def __init__(self, path):
        with open(path) as file:
            told = json.load(file)
        self.name = told['environment']
        self.external = told['external_network']
        self.order = told['order']
        self.resources = {}
        for key, resource in told['resources'].items():
            kind, name = key.split('/', 1)
            self.resources.setdefault(kind, {})[name] = resource

    def of(self, kind):
        """The resources of a kind, by name."""
        return self.resources.get(kind, {})

    def named(self, name):
        """What a resource is called in the cloud; servers are called by their host names."""
        return f'{self.name}-{name}'

    def key_name(self, instance):
        """The name of an instance's keypair; in a dict, so that none is nothing at all. Nova takes no
        brackets in it, and ours have none."""
        key = instance.get('keypair')
        return {'key_name': self.named(name_of(key))} if key else {}

    def host_names(self):
        return {one['host_name'] for one in self.of('instance').values()}

    def ready_before(self, instance):
        """The instances that must be ready before one, as the environment declares of their groups."""
        needs = self.order.get(instance['group'], {})
        return [name for name, one in self.of('instance').items()
                if needs.get(one['group']) == 'ready']

    def rules(self):
        """Neutron's rules: of which security group, the rule, and the group that it lets in."""
        for rules in self.of('security-rules').values():
            for rule in rules['rules']:
                body = {'direction': 'ingress', 'protocol': rule['protocol']}
                if rule['port']:
                    body.update(port_range_min=rule['port'], port_range_max=rule['port'])
                group, remote = name_of(rules['group']), rule['remote']
                if 'range' in remote:
                    version = 'IPv6' if ':' in remote['range'] else 'IPv4'
                    yield group, dict(body, ethertype=version, remote_ip_prefix=remote['range']), None
                else:
                    for version in 'IPv4', 'IPv6':
                        yield group, dict(body, ethertype=version), name_of(remote['group'])


def name_of(key):
    """`instance/db[1]` is called `db[1]`."""
    return key.split('/', 1)[1]


def gib(size):
    """`50 GiB` as a number."""
    return int(size.removesuffix(' GiB'))


def metadata(resource):
    """What a server's or volume's metadata says of its purpose."""
    told = {'profiles': ','.join(resource.get('profiles', ())), 'role': resource.get('role'),
            'mount': resource.get('mount'), 'file-system': resource.get('file_system')}
    return {name: value for name, value in told.items() if value}
