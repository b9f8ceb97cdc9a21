# A second cell of nova's, for what happens while a cell's database is away. Its database is reached
# through a port that whoever asks for it keeps open, and no longer when it is to be away.

# The cell comes, with nothing in it. Nova reads its cells when it starts.
cell_add() { # the port
  local tables
  sql "CREATE DATABASE nova_cell2"
  tables=$(sql "SELECT table_name FROM information_schema.tables WHERE table_schema = 'nova_cell1'")
  sql "$(tail -n +2 <<<"$tables" | while read -r one; do
    echo "CREATE TABLE nova_cell2.$one LIKE nova_cell1.$one;"
  done)"
  sql "INSERT INTO nova_api.cell_mappings
      (created_at, uuid, name, transport_url, database_connection, disabled)
    SELECT NOW(), UUID(), 'cell2', transport_url,
      'mysql+pymysql://lab:$PASSWORD@127.0.0.1:$1/nova_cell2?charset=utf8mb4', 0
    FROM nova_api.cell_mappings WHERE name = 'cell1'"
  again nova
}

# The servers of a project are said to be in it; the first cell no longer lists them.
cell_take() { # the project
  sql "UPDATE nova_api.instance_mappings SET cell_id = $(cell cell2) WHERE project_id = '$1';
    UPDATE nova_cell1.instances SET deleted = id WHERE project_id = '$1' AND deleted = 0"
}

# They are where they were.
cell_give() { # the project
  sql "UPDATE nova_cell1.instances SET deleted = 0 WHERE project_id = '$1' AND uuid IN
      (SELECT instance_uuid FROM nova_api.instance_mappings WHERE cell_id = $(cell cell2));
    UPDATE nova_api.instance_mappings SET cell_id = $(cell cell1) WHERE cell_id = $(cell cell2)"
}

cell_drop() {
  sql "DELETE FROM nova_api.cell_mappings WHERE name = 'cell2'; DROP DATABASE nova_cell2"
  again nova
}

cell() { echo "(SELECT id FROM nova_api.cell_mappings WHERE name = '$1')"; }
