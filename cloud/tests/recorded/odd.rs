//! What other clouds answer: words and shapes that this one doesn't have. One odd entry costs
//! nothing but itself.

use std::collections::{BTreeMap, BTreeSet};

use cloud::openstack::recording::{Recording, Said};
use cloud::openstack::transport::{Call, Service};
use engine::port::{Cloud, CloudError, Create, Done, Found, Status};
use model::key::ResourceKind;
use model::resource::{Instance, Resource};
use plan::offers::Offer;
use serde_json::{Value, json};

use crate::played::{answers, everything, exchange, list, play, up};

/// What is found, by kind and id.
async fn found(recording: Recording) -> BTreeMap<(ResourceKind, String), Found> {
    everything(&play(recording))
        .await
        .into_iter()
        .map(|found| ((found.kind, found.id.to_string()), found))
        .collect()
}

#[tokio::test]
async fn words_and_fields_that_nobody_knows_change_nothing() {
    let mut odd = up();
    list(&mut odd, "ports", "ports", |ports| {
        for port in ports {
            port["allowed_address_pairs"] = json!([{"ip_address": "10.14.0.0/24"}]);
            port["status"] = json!("A_NEW_STATUS");
            port["dns_domain"] = Value::Null;
        }
    });
    list(&mut odd, "networks", "networks", |networks| {
        for network in networks {
            network["status"] = Value::Null;
            network["unheard_of"] = json!({"deep": [1, 2]});
        }
    });
    list(&mut odd, "servers/detail", "servers", |servers| {
        for server in servers {
            server["OS-EXT-STS:task_state"] = Value::Null;
            server["fault"] = Value::Null;
            server["OS-EXT-STS:power_state"] = json!("four");
        }
    });
    assert_eq!(found(odd).await, found(up()).await);
}

#[tokio::test]
async fn an_entry_that_makes_no_sense_costs_only_itself() {
    let mut odd = up();
    let nonsense = |items: &mut Vec<Value>| {
        items.insert(
            0,
            json!({"id": "odd", "name": ["a", "list"], "status": {}, "size": "big"}),
        );
        items.push(json!("not even an object"));
    };
    for (path, name) in [
        ("networks", "networks"),
        ("subnets", "subnets"),
        ("routers", "routers"),
        ("ports", "ports"),
        ("floatingips", "floatingips"),
        ("servers/detail", "servers"),
        ("volumes/detail", "volumes"),
    ] {
        // The external networks are read from the same path.
        list(&mut odd, path, name, nonsense);
    }
    let mut told = found(odd).await;
    // A subnet, a router, a port or an address has no field that this makes nonsense of.
    told.retain(|(_, id), _| id != "odd");
    assert_eq!(told, found(up()).await);
}

#[tokio::test]
async fn an_unknown_status_is_not_ready_and_not_gone() {
    let mut odd = up();
    list(&mut odd, "servers/detail", "servers", |servers| {
        servers[0]["status"] = json!("MELTING (slowly)");
        servers[1]["status"] = json!("ACTIVE (a remark)");
    });
    let (told, before) = (found(odd).await, found(up()).await);
    let changed: Vec<&Found> = told
        .iter()
        .filter(|(key, found)| before[*key].status != found.status)
        .map(|(_, found)| found)
        .collect();
    assert_eq!(changed.len(), 1);
    assert_eq!(changed[0].status, Status::Changing);
    assert!(changed[0].resource.is_some() && changed[0].mark.is_some());
}

#[tokio::test]
async fn lesson_2_a_server_of_a_cell_that_is_down_is_there() {
    let mut odd = up();
    list(&mut odd, "servers/detail", "servers", |servers| {
        let down = &mut servers[0];
        *down = json!({
            "id": down["id"], "status": "UNKNOWN", "created": down["created"],
            "tenant_id": down["tenant_id"], "links": [],
        });
    });
    let (told, before) = (found(odd).await, found(up()).await);
    let keys =
        |of: &BTreeMap<(ResourceKind, String), Found>| -> Vec<_> { of.keys().cloned().collect() };
    assert_eq!(keys(&told), keys(&before));
    let lost: Vec<&Found> = told
        .values()
        .filter(|found| found.kind == ResourceKind::Instance && found.status == Status::Changing)
        .collect();
    assert_eq!(lost.len(), 1);
}

#[tokio::test]
async fn what_a_cloud_does_not_tell_is_left_out_of_its_offers() {
    let mut odd = up();
    let refused = |answer: &mut cloud::openstack::transport::Answer| {
        answer.status = 403;
        answer.body = json!({"forbidden": {"code": 403, "message": "Policy doesn't allow it"}});
    };
    answers(&mut odd, "limits", refused);
    let offers = play(odd)
        .offers(&plan::offers::Offer::every())
        .await
        .unwrap();
    assert!(!offers.quotas.is_empty(), "Neutron's are there");
    assert!(!offers.flavors.is_empty());

    let mut gone = up();
    answers(&mut gone, "flavors/detail", |answer| {
        answer.status = 401;
        answer.body = json!({"error": {"code": 401, "message": "gone"}});
    });
    let error = play(gone)
        .offers(&plan::offers::Offer::every())
        .await
        .unwrap_err();
    assert!(matches!(error, CloudError::CredentialGone(_)), "{error}");
}

#[tokio::test]
async fn types_of_volumes_are_asked_for_only_where_they_are_wanted() {
    let wanted = BTreeSet::from([Offer::VolumeTypes]);
    let told = |status, body: Value| {
        let mut recording = up();
        let call = Call::get(Service::BlockStorage, "types");
        exchange(&mut recording, call, status, body);
        play(recording)
    };
    let types = json!({"volume_types": [{"name": "ssd"}, {"name": "__DEFAULT__"}, {"id": "1"}]});
    let offers = told(200, types).offers(&wanted).await.unwrap();
    let names: Vec<String> = offers
        .volume_types
        .unwrap()
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(names, ["__DEFAULT__", "ssd"]);
    let refused = json!({"forbidden": {"code": 403, "message": "Policy doesn't allow it"}});
    assert_eq!(
        told(403, refused)
            .offers(&wanted)
            .await
            .unwrap()
            .volume_types,
        None
    );
    // A recording without that request answers everything else.
    assert_eq!(
        play(up())
            .offers(&Offer::every())
            .await
            .unwrap()
            .volume_types,
        None
    );
}

#[tokio::test]
async fn a_volume_is_read_and_made_with_its_type() {
    let mut odd = up();
    list(&mut odd, "volumes/detail", "volumes", |volumes| {
        for volume in volumes {
            volume["volume_type"] = json!("ssd");
        }
    });
    let found = everything(&play(odd.clone())).await;
    let volume = found.iter().find_map(|found| match &found.resource {
        Some(Resource::Volume(volume)) => Some((found, volume)),
        _ => None,
    });
    let (found, volume) = volume.unwrap();
    assert_eq!(volume.volume_type, Some("ssd".parse().unwrap()));
    let mark = found.mark.clone().unwrap();
    let mut body = odd
        .exchanges
        .iter()
        .find_map(|exchange| match &exchange.said {
            Said::Send { call, .. } if call.path == "volumes" => call.body.clone(),
            _ => None,
        })
        .unwrap();
    let name = body["volume"]["name"].as_str().unwrap().to_owned();
    body["volume"]["volume_type"] = json!("ssd");
    body["volume"]["metadata"]["understudy-key"] = json!(mark.key.to_string());
    exchange(
        &mut odd,
        Call::post(Service::BlockStorage, "volumes", body),
        202,
        json!({"volume": {"id": "made-with-its-type"}}),
    );
    let resource = Resource::from(volume.clone());
    let create = Create {
        mark: &mark,
        name: &name,
        resource: &resource,
        ids: &BTreeMap::new(),
        user_data: None,
    };
    let made = play(odd).create(create).await.unwrap();
    assert_eq!(made.id.as_str(), "made-with-its-type");
}

/// Found on the lab: Nova still says `VERIFY_RESIZE` for a moment after a resize was confirmed, and
/// refuses to confirm it twice.
#[tokio::test]
async fn a_resize_that_is_being_confirmed_is_not_confirmed_in_vain() {
    let recording = up();
    let there = everything(&play(recording.clone())).await;
    let server = there
        .into_iter()
        .find(|found| found.kind == ResourceKind::Instance && found.resource.is_some())
        .unwrap();
    let (id, before) = (server.id, server.resource.unwrap());
    let Resource::Instance(instance) = before.clone() else {
        panic!("{before:?}");
    };
    let after = Resource::from(Instance {
        flavor: model::value::Value::Fixed("larger".parse().unwrap()),
        ..Instance::clone(&instance)
    });
    let refusing = |words: &str| {
        let mut recording = recording.clone();
        let path = format!("servers/{id}");
        let verify =
            json!({"server": {"id": id.as_str(), "name": "one", "status": "VERIFY_RESIZE"}});
        let refusal = json!({"badRequest": {"code": 400, "message": words}});
        let confirm = json!({ "confirmResize": null });
        exchange(
            &mut recording,
            Call::get(Service::Compute, path.clone()),
            200,
            verify,
        );
        let call = Call::post(Service::Compute, format!("{path}/action"), confirm);
        exchange(&mut recording, call, 400, refusal);
        play(recording)
    };
    let ids = BTreeMap::new();
    let cloud = refusing("Instance has not been resized.");
    let done = cloud.update(&id, &before, &after, &ids).await.unwrap();
    assert_eq!(done, Done::Later);
    // Anything else that it refuses is told.
    let cloud = refusing("This instance is cursed.");
    let error = cloud.update(&id, &before, &after, &ids).await.unwrap_err();
    assert!(matches!(error, CloudError::Refused(_)), "{error}");
}
