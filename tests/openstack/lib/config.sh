# Sourced by lab.sh: the services' configuration, written anew at each start because ports change.

auth_section() {
  cat <<X
auth_type = password
auth_url = http://127.0.0.1:$(port keystone)/v3
username = svc
password = $PASSWORD
project_name = service
user_domain_id = default
project_domain_id = default
region_name = $REGION
X
}

# Tests revoke tokens and wait until that is noticed: hence the short memory.
authtoken_section() {
  cat <<X
[keystone_authtoken]
$(auth_section)
www_authenticate_uri = http://127.0.0.1:$(port keystone)/v3
interface = internal
service_token_roles = service
service_token_roles_required = true
token_cache_time = 2
X
}

database_section() {
  cat <<X
[database]
connection = $(database_url "$1")
max_pool_size = 20
max_overflow = 20
X
}

# Messages stay within a process; what is logged goes to a file.
default_section() {
  cat <<X
[DEFAULT]
transport_url = fake:/
log_file = $ROOT/log/$1.log
use_stderr = false
state_path = $ROOT/state/$1
debug = false
X
}

closing_sections() {
  cat <<X
[oslo_concurrency]
lock_path = $ROOT/lock
[oslo_messaging_notifications]
driver = noop
X
}

configure() {
  local shipped=$VENV/etc name
  mkdir -p "$E" "$ROOT"/{log,images,staging,tasks,lock}
  for name in $ALL; do mkdir -p "$ROOT/state/$name"; done
  configure_identity
  configure_image
  configure_network
  configure_compute
  configure_volume
  configure_orchestration
}

configure_identity() {
  cat >"$E/keystone.conf" <<X
[DEFAULT]
log_file = $ROOT/log/keystone.log
use_stderr = false
transport_url = fake:/
[oslo_messaging_notifications]
driver = noop
$(database_section keystone)
[fernet_tokens]
key_repository = $ROOT/state/keystone/fernet
[fernet_receipts]
key_repository = $ROOT/state/keystone/fernet
[credential]
key_repository = $ROOT/state/keystone/credential
[identity]
password_hash_rounds = 4
[token]
expiration = 86400
[cache]
enabled = true
backend = oslo_cache.dict
X

  cat >"$E/placement.conf" <<X
[DEFAULT]
log_file = $ROOT/log/placement.log
use_stderr = false
[placement_database]
connection = $(database_url placement)
max_pool_size = 20
[api]
auth_strategy = keystone
$(authtoken_section)
X
}

configure_image() {
  cat >"$E/glance-api.conf" <<X
[DEFAULT]
log_file = $ROOT/log/glance.log
use_stderr = false
transport_url = fake:/
enabled_backends = file:file
worker_self_reference_url = http://127.0.0.1:$(port glance)
[oslo_messaging_notifications]
driver = noop
$(database_section glance)
[glance_store]
default_backend = file
[file]
filesystem_store_datadir = $ROOT/images
[os_glance_staging_store]
filesystem_store_datadir = $ROOT/staging
[os_glance_tasks_store]
filesystem_store_datadir = $ROOT/tasks
[paste_deploy]
flavor = keystone
config_file = $shipped/glance/glance-api-paste.ini
[oslo_concurrency]
lock_path = $ROOT/lock
$(authtoken_section)
X
}

configure_network() {
  cat >"$E/neutron.conf" <<X
$(default_section neutron)
core_plugin = ml2
service_plugins = fakestack_router
auth_strategy = keystone
api_paste_config = $shipped/neutron/api-paste.ini
rpc_workers = 0
rpc_state_report_workers = 0
enable_traditional_dhcp = false
enable_dvr = false
notify_nova_on_port_status_changes = true
notify_nova_on_port_data_changes = true
send_events_interval = 1
max_allowed_address_pair = 20
$(closing_sections)
$(database_section neutron)
$(authtoken_section)
[nova]
$(auth_section)
[ml2]
type_drivers = local,flat,vlan,vxlan
project_network_types = vxlan
mechanism_drivers = fakestack
extension_drivers = port_security
[ml2_type_flat]
flat_networks = *
[ml2_type_vlan]
network_vlan_ranges = physnet1:100:199
[ml2_type_vxlan]
vni_ranges = 1:5000
[securitygroup]
enable_security_group = true
X
}

configure_compute() {
  cp "$shipped/nova/api-paste.ini" "$E/api-paste.ini"
  cat >"$E/nova.conf" <<X
$(default_section nova)
compute_driver = fake.LabDriver
my_ip = 127.0.0.1
host = aio
instances_path = $ROOT/state/nova/instances
vif_plugging_timeout = 0
vif_plugging_is_fatal = false
reserved_host_memory_mb = 0
reserved_host_disk_mb = 0
allow_resize_to_same_host = true
resize_confirm_window = 0
$(closing_sections)
[api_database]
connection = $(database_url nova_api)
max_pool_size = 20
$(database_section nova_cell1)
$(authtoken_section)
[service_user]
send_service_user_token = true
$(auth_section)
[placement]
$(auth_section)
[neutron]
$(auth_section)
[glance]
$(auth_section)
api_servers = http://127.0.0.1:$(port glance)
[cinder]
$(auth_section)
catalog_info = block-storage::publicURL
os_region_name = $REGION
[conductor]
workers = 1
[scheduler]
workers = 1
[vnc]
enabled = false
[wsgi]
api_paste_config = $E/api-paste.ini
[filter_scheduler]
# Who is on a host is read anew each time: what the scheduler remembers lags behind servers that were
# moved, and keeps the last host of a server group taken.
track_instance_changes = False
enabled_filters = ComputeFilter,ComputeCapabilitiesFilter,ImagePropertiesFilter,ServerGroupAntiAffinityFilter,ServerGroupAffinityFilter,SameHostFilter,DifferentHostFilter
[quota]
instances = 10
cores = 20
ram = 51200
X
}

configure_volume() {
  cat >"$E/cinder.conf" <<X
$(default_section cinder)
auth_strategy = keystone
api_paste_config = $shipped/cinder/api-paste.ini
resource_query_filters_file = $shipped/cinder/resource_filters.json
rootwrap_config = $shipped/cinder/rootwrap.conf
enabled_backends = fake
default_volume_type = __DEFAULT__
glance_api_servers = http://127.0.0.1:$(port glance)
my_ip = 127.0.0.1
host = aio
image_conversion_dir = $ROOT/state/cinder/conversion
$(closing_sections)
$(database_section cinder)
$(authtoken_section)
[nova]
$(auth_section)
[service_user]
send_service_user_token = true
$(auth_section)
[coordination]
backend_url = file://$ROOT/state/cinder/coord
[fake]
volume_driver = fakestack.cinder_fake.LabVolumeDriver
volume_backend_name = fake
X
}

configure_orchestration() {
  cat >"$E/heat.conf" <<X
[DEFAULT]
transport_url = fake:/
log_file = $ROOT/log/heat.log
use_stderr = false
plugin_dirs =
environment_dir = $shipped/heat/environment.d
template_dir = $shipped/heat/templates
region_name_for_services = $REGION
stack_user_domain_name = heat
stack_domain_admin = heat_domain_admin
stack_domain_admin_password = $PASSWORD
auth_encryption_key = 0123456789abcdef0123456789abcdef
num_engine_workers = 1
heat_metadata_server_url = http://127.0.0.1:$(port heat)
[paste_deploy]
api_paste_config = $shipped/heat/api-paste.ini
$(database_section heat)
$(authtoken_section)
[trustee]
auth_type = password
auth_url = http://127.0.0.1:$(port keystone)/v3
username = svc
password = $PASSWORD
user_domain_id = default
[clients_keystone]
auth_uri = http://127.0.0.1:$(port keystone)
$(closing_sections)
X
}
