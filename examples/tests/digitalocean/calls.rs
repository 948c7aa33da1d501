//! Every endpoint function, called once.

use std::pin::Pin;

use cloudapi::Result;
use examples::digitalocean::*;

/// A call of one function with whatever its value is dropped.
pub(crate) type Call = fn(DigitalOcean) -> Pin<Box<dyn Future<Output = Result<()>>>>;

macro_rules! calls {
    ($cloud:ident: $($operation:literal => $call:expr;)*) => {
        &[$(($operation, |$cloud| Box::pin(async move { $call.await.map(drop) }))),*]
    };
}

/// The calls by the ids of the operations in the vendor's document. What follows
/// a slash tells functions of one operation apart.
pub(crate) const CALLS: &[(&str, Call)] = calls! { cloud:
    "account_get" => cloud.account();
    "regions_list" => cloud.regions().collect_all();
    "sizes_list" => cloud.sizes().collect_all();

    "sshKeys_list" => cloud.ssh_keys().list().collect_all();
    "sshKeys_create" => cloud.ssh_keys().create("a", "ssh-rsa A");
    "sshKeys_get" => cloud.ssh_keys().key(&SshKeyId::Fingerprint("3b:16".to_owned()));
    "sshKeys_update" => cloud.ssh_keys().rename(&SshKeyId::Number(7), "b");
    "sshKeys_delete" => cloud.ssh_keys().delete(&SshKeyId::Number(7));

    "actions_list" => cloud.actions().list().collect_all();
    "actions_get" => cloud.actions().action(7);

    "domains_list" => cloud.domains().list().collect_all();
    "domains_create" => cloud.domains().create("a.b", Some("1.2.3.4"));
    "domains_get" => cloud.domains().domain("a.b");
    "domains_delete" => cloud.domains().delete("a.b");
    "domains_list_records" =>
        records(&cloud).list(&DomainRecordFilter {
            name: Some("w.a.b"), kind: Some("A"),
        }).collect_all();
    "domains_create_record" => records(&cloud).create(&record());
    "domains_get_record" => records(&cloud).record(7);
    "domains_patch_record" =>
        records(&cloud).change(7, &NewDomainRecord { kind: "A", ..Default::default() });
    "domains_update_record" => records(&cloud).replace(7, &record());
    "domains_delete_record" => records(&cloud).delete(7);

    "droplets_list" => cloud.droplets().list(&DropletFilter {
        tag_name: Some("web"), name: Some("a"), kind: Some(DropletKind::Droplets),
    }).collect_all();
    "droplets_create" => cloud.droplets().create(&NewDroplet {
        name: "a", size: "s-1vcpu-1gb", image: "debian-13-x64".into(), options: options(),
    });
    "droplets_create/many" => cloud.droplets().create_many(&NewDroplets {
        names: &["a", "b"], size: "s-1vcpu-1gb", image: ImageId::Number(7),
        options: DropletOptions::default(),
    });
    "droplets_get" => cloud.droplets().droplet(7);
    "droplets_destroy" => cloud.droplets().delete(7);
    "droplets_destroy_byTag" => cloud.droplets().delete_tagged("web");
    "droplets_list_backups" => cloud.droplets().backups(7).collect_all();
    "droplets_get_backup_policy" => cloud.droplets().backup_policy(7);
    "droplets_list_backup_policies" => cloud.droplets().backup_policies(1, 200);
    "droplets_list_supported_backup_policies" => cloud.droplets().supported_backup_policies();
    "droplets_list_snapshots" => cloud.droplets().snapshots(7).collect_all();
    "droplets_list_kernels" => cloud.droplets().kernels(7).collect_all();
    "droplets_list_firewalls" => cloud.droplets().firewalls(7).collect_all();
    "droplets_list_neighbors" => cloud.droplets().neighbors(7);

    "dropletActions_list" => cloud.droplet_actions().list(7).collect_all();
    "dropletActions_post" => cloud.droplet_actions().reboot(7);
    "dropletActions_post/backups" => cloud.droplet_actions().enable_backups(7, Some(&plan()));
    "dropletActions_post/no_backups" => cloud.droplet_actions().disable_backups(7);
    "dropletActions_post/policy" => cloud.droplet_actions().change_backup_policy(7, &plan());
    "dropletActions_post/cycle" => cloud.droplet_actions().power_cycle(7);
    "dropletActions_post/shutdown" => cloud.droplet_actions().shutdown(7);
    "dropletActions_post/off" => cloud.droplet_actions().power_off(7);
    "dropletActions_post/on" => cloud.droplet_actions().power_on(7);
    "dropletActions_post/password" => cloud.droplet_actions().reset_password(7);
    "dropletActions_post/restore" => cloud.droplet_actions().restore(7, 8);
    "dropletActions_post/resize" => cloud.droplet_actions().resize(7, "s-2vcpu-4gb", true);
    "dropletActions_post/rebuild" =>
        cloud.droplet_actions().rebuild(7, &"debian-13-x64".into());
    "dropletActions_post/rename" => cloud.droplet_actions().rename(7, "b");
    "dropletActions_post/kernel" => cloud.droplet_actions().change_kernel(7, 8);
    "dropletActions_post/ipv6" => cloud.droplet_actions().enable_ipv6(7);
    "dropletActions_post/snapshot" => cloud.droplet_actions().snapshot(7, "s");
    "dropletActions_post_byTag" =>
        cloud.droplet_actions().act_on_tagged("web", &TaggedDropletAction::Snapshot {
            name: "s",
        });
    "dropletActions_get" => cloud.droplet_actions().action(7, 8);

    "droplets_list_associatedResources" => cloud.teardowns().associated(7);
    "droplets_destroy_withAssociatedResourcesSelective" =>
        cloud.teardowns().destroy_with(7, &Doomed { volumes: &["v"], ..Default::default() });
    "droplets_destroy_withAssociatedResourcesDangerous" =>
        cloud.teardowns().destroy_with_all(7);
    "droplets_get_DestroyAssociatedResourcesStatus" => cloud.teardowns().status(7);
    "droplets_destroy_retryWithAssociatedResources" => cloud.teardowns().retry(7);

    "snapshots_list" => cloud.snapshots().list(Some(SnapshotSource::Volume)).collect_all();
    "snapshots_get" => cloud.snapshots().snapshot("7");
    "snapshots_delete" => cloud.snapshots().delete("7");

    "volumes_list" =>
        cloud.volumes().list(&VolumeFilter {
            name: Some("a"), region: Some("nyc3"),
        }).collect_all();
    "volumes_create" => cloud.volumes().create(&NewVolume {
        name: "a", region: "nyc3", size_gigabytes: 10, filesystem_type: Some("ext4"), tags: &["web"],
        ..Default::default()
    });
    "volumes_get" => cloud.volumes().volume("v");
    "volumes_delete" => cloud.volumes().delete("v");
    "volumes_delete_byName" => cloud.volumes().delete_by_name("a", "nyc3");
    "volumeActions_list" => cloud.volumes().actions("v").collect_all();
    "volumeActions_post_byId" => cloud.volumes().resize("v", 20, Some("nyc3"));
    "volumeActions_post_byId/attach" => cloud.volumes().attach("v", 7, None);
    "volumeActions_post_byId/detach" => cloud.volumes().detach("v", 7, None);
    "volumeActions_post" => cloud.volumes().detach_by_name("a", 7, Some("nyc3"));
    "volumeActions_post/attach" => cloud.volumes().attach_by_name("a", 7, Some("nyc3"));
    "volumeActions_get" => cloud.volumes().action("v", 8);
    "volumeSnapshots_list" => cloud.volumes().snapshots("v").collect_all();
    "volumeSnapshots_create" => cloud.volumes().take_snapshot("v", "s", &["web"]);
    "volumeSnapshots_get_byId" => cloud.volumes().snapshot("s");
    "volumeSnapshots_delete_byId" => cloud.volumes().delete_snapshot("s");

    "reservedIPs_list" => cloud.reserved_ips().list().collect_all();
    "reservedIPs_create" => cloud.reserved_ips().create_for(7);
    "reservedIPs_create/region" => cloud.reserved_ips().create_in("nyc3", Some("p"));
    "reservedIPs_get" => cloud.reserved_ips().reserved_ip("1.2.3.4");
    "reservedIPs_delete" => cloud.reserved_ips().delete("1.2.3.4");
    "reservedIPsActions_list" => cloud.reserved_ips().actions("1.2.3.4").collect_all();
    "reservedIPsActions_post" => cloud.reserved_ips().assign("1.2.3.4", 7);
    "reservedIPsActions_post/unassign" => cloud.reserved_ips().unassign("1.2.3.4");
    "reservedIPsActions_get" => cloud.reserved_ips().action("1.2.3.4", 8);

    "images_list" => cloud.images().list(&ImageFilter {
        kind: Some(ImageKind::Distribution), private: Some(true), tag_name: Some("web"),
    }).collect_all();
    "images_create_custom" =>
        cloud.images().create(&NewImage {
            name: "a", url: "https://h/i", region: "nyc3", ..Default::default()
        });
    "images_get" => cloud.images().image(&"debian-13-x64".into());
    "images_update" =>
        cloud.images().update(7, &ImageDescription { name: Some("b"), ..Default::default() });
    "images_delete" => cloud.images().delete(7);
    "imageActions_list" => cloud.images().actions(7).collect_all();
    "imageActions_post" => cloud.images().transfer(7, "nyc3");
    "imageActions_post/convert" => cloud.images().convert(7);
    "imageActions_get" => cloud.images().action(7, 8);

    "tags_list" => cloud.tags().list().collect_all();
    "tags_create" => cloud.tags().create("web");
    "tags_get" => cloud.tags().tag("web");
    "tags_delete" => cloud.tags().delete("web");
    "tags_assign_resources" => cloud.tags().assign("web", &[droplet()]);
    "tags_unassign_resources" => cloud.tags().unassign("web", &[droplet()]);

    "projects_list" => cloud.projects().list().collect_all();
    "projects_create" =>
        cloud.projects().create(&NewProject {
            name: "a", purpose: "Service", ..Default::default()
        });
    "projects_get" => cloud.projects().project("p");
    "projects_get_default" => cloud.projects().default_project();
    "projects_update" => cloud.projects().replace("p", &ProjectDescription {
        name: "a", description: "", purpose: "Service", environment: Environment::Staging,
        is_default: false,
    });
    "projects_patch" =>
        cloud.projects().change("p", &ProjectChange {
            is_default: Some(true), ..Default::default()
        });
    "projects_delete" => cloud.projects().delete("p");
    "projects_list_resources" => cloud.projects().resources("p").collect_all();
    "projects_list_resources_default" => cloud.projects().default_resources().collect_all();
    "projects_assign_resources" => cloud.projects().assign("p", &["do:droplet:7"]);

    "firewalls_list" => cloud.firewalls().list().collect_all();
    "firewalls_create" => cloud.firewalls().create(&firewall());
    "firewalls_get" => cloud.firewalls().firewall("f");
    "firewalls_update" => cloud.firewalls().replace("f", &firewall());
    "firewalls_delete" => cloud.firewalls().delete("f");
    "firewalls_assign_droplets" => cloud.firewalls().add_droplets("f", &[7]);
    "firewalls_delete_droplets" => cloud.firewalls().remove_droplets("f", &[7]);
    "firewalls_add_tags" => cloud.firewalls().add_tags("f", &["web"]);
    "firewalls_delete_tags" => cloud.firewalls().remove_tags("f", &["web"]);
    "firewalls_add_rules" => cloud.firewalls().add_rules("f", &rules());
    "firewalls_delete_rules" => cloud.firewalls().remove_rules("f", &rules());
};

fn records(cloud: &DigitalOcean) -> DomainRecords {
    DomainRecords::new(cloud, "a.b".to_owned())
}

fn record() -> NewDomainRecord<'static> {
    NewDomainRecord {
        kind: "SRV",
        name: Some("www"),
        data: Some("1.2.3.4"),
        priority: Some(1),
        port: Some(80),
        ttl: Some(1_800),
        weight: Some(1),
        ..NewDomainRecord::default()
    }
}

fn options() -> DropletOptions<'static> {
    const KEYS: &[SshKeyId] = &[SshKeyId::Number(7)];
    DropletOptions {
        region: Some("nyc3"),
        ssh_keys: KEYS,
        backups: Some(true),
        backup_policy: Some(plan()),
        ipv6: Some(true),
        monitoring: Some(true),
        tags: &["web"],
        user_data: Some("#cloud-config"),
        volumes: &["v"],
        vpc_uuid: Some("u"),
        with_droplet_agent: Some(false),
    }
}

fn plan() -> BackupPlan {
    BackupPlan {
        plan: Some("weekly".to_owned()),
        weekday: Some("SUN".to_owned()),
        hour: Some(4),
        ..BackupPlan::default()
    }
}

fn droplet() -> Resource {
    Resource {
        resource_id: "7".to_owned(),
        resource_type: ResourceType::Droplet,
    }
}

fn firewall() -> NewFirewall<'static> {
    NewFirewall {
        name: "f",
        rules: rules(),
        droplet_ids: &[7],
        tags: &["web"],
    }
}

fn rules() -> Rules {
    let peers = |address: &str| Peers {
        addresses: Some(vec![address.to_owned()]),
        ..Peers::default()
    };
    Rules {
        inbound_rules: vec![InboundRule {
            protocol: Protocol::Tcp,
            ports: "80".to_owned(),
            sources: peers("18.0.0.0/8"),
        }],
        outbound_rules: vec![OutboundRule {
            protocol: Protocol::Udp,
            ports: "53".to_owned(),
            destinations: peers("0.0.0.0/0"),
        }],
    }
}
