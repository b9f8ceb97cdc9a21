"""Service user, roles, catalog in two regions, heat's domain: through keystone's API."""
import os

import openstack

PASSWORD = os.environ['OS_PASSWORD']
BASE = int(os.environ['BASE'])
REGIONS = ((os.environ['OS_REGION_NAME'], 0), (os.environ['PROXIED'], 10))
SERVICES = (
    ('identity', 'keystone', 1, '/v3'),
    ('placement', 'placement', 2, ''),
    ('image', 'glance', 3, ''),
    ('compute', 'nova', 4, '/v2.1'),
    ('network', 'neutron', 5, ''),
    ('block-storage', 'cinder', 6, '/v3'),
    ('orchestration', 'heat', 7, '/v1/%(project_id)s'),
)

identity = openstack.connect().identity
roles = {role.name: role for role in identity.roles()}

project = identity.create_project(name='service')
user = identity.create_user(name='svc', password=PASSWORD,
                            default_project_id=project.id)
for name in ('admin', 'service'):
    identity.assign_project_role_to_user(project, user, roles[name])
for name in ('member', 'manager'):
    if name in roles:
        identity.assign_project_role_to_user(identity.find_project('admin'),
                                             identity.find_user('admin'),
                                             roles[name])

known = {region.id for region in identity.regions()}
for region, _ in REGIONS:
    if region not in known:
        identity.create_region(id=region)
for kind, name, offset, path in SERVICES:
    service = (identity.find_service(name)
               or identity.create_service(name=name, type=kind))
    have = {(endpoint.region_id, endpoint.interface)
            for endpoint in identity.endpoints(service_id=service.id)}
    for region, further in REGIONS:
        for interface in ('public', 'internal', 'admin'):
            if (region, interface) not in have:
                identity.create_endpoint(
                    service_id=service.id, interface=interface,
                    region_id=region,
                    url=f'http://127.0.0.1:{BASE + offset + further}{path}')

domain = identity.create_domain(name='heat')
admin = identity.create_user(name='heat_domain_admin', password=PASSWORD,
                             domain_id=domain.id)
identity.assign_domain_role_to_user(domain, admin, roles['admin'])
for name in ('heat_stack_owner', 'heat_stack_user'):
    identity.create_role(name=name)
