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

    "sshKeys_list" => SshKeys::new(&cloud).list().collect_all();
    "sshKeys_create" => SshKeys::new(&cloud).create("a", "ssh-rsa A");
    "sshKeys_get" => SshKeys::new(&cloud).key(&SshKeyId::Fingerprint("3b:16".to_owned()));
    "sshKeys_update" => SshKeys::new(&cloud).rename(&SshKeyId::Number(7), "b");
    "sshKeys_delete" => SshKeys::new(&cloud).delete(&SshKeyId::Number(7));

    "actions_list" => Actions::new(&cloud).list().collect_all();
    "actions_get" => Actions::new(&cloud).action(7);

    "domains_list" => Domains::new(&cloud).list().collect_all();
    "domains_create" => Domains::new(&cloud).create("a.b", Some("1.2.3.4"));
    "domains_get" => Domains::new(&cloud).domain("a.b");
    "domains_delete" => Domains::new(&cloud).delete("a.b");
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

    "droplets_list" => Droplets::new(&cloud).list(&DropletFilter {
        tag_name: Some("web"), name: Some("a"), kind: Some(DropletKind::Droplets),
    }).collect_all();
    "droplets_create" => Droplets::new(&cloud).create(&NewDroplet {
        name: "a", size: "s-1vcpu-1gb", image: "debian-13-x64".into(), options: options(),
    });
    "droplets_create/many" => Droplets::new(&cloud).create_many(&NewDroplets {
        names: &["a", "b"], size: "s-1vcpu-1gb", image: ImageId::Number(7),
        options: DropletOptions::default(),
    });
    "droplets_get" => Droplets::new(&cloud).droplet(7);
    "droplets_destroy" => Droplets::new(&cloud).delete(7);
    "droplets_destroy_byTag" => Droplets::new(&cloud).delete_tagged("web");
    "droplets_list_backups" => Droplets::new(&cloud).backups(7).collect_all();
    "droplets_get_backup_policy" => Droplets::new(&cloud).backup_policy(7);
    "droplets_list_backup_policies" => Droplets::new(&cloud).backup_policies(1, 200);
    "droplets_list_supported_backup_policies" => Droplets::new(&cloud).supported_backup_policies();
    "droplets_list_snapshots" => Droplets::new(&cloud).snapshots(7).collect_all();
    "droplets_list_kernels" => Droplets::new(&cloud).kernels(7).collect_all();
    "droplets_list_firewalls" => Droplets::new(&cloud).firewalls(7).collect_all();
    "droplets_list_neighbors" => Droplets::new(&cloud).neighbors(7);

    "dropletActions_list" => DropletActions::new(&cloud).list(7).collect_all();
    "dropletActions_post" => DropletActions::new(&cloud).reboot(7);
    "dropletActions_post/backups" => DropletActions::new(&cloud).enable_backups(7, Some(&plan()));
    "dropletActions_post/no_backups" => DropletActions::new(&cloud).disable_backups(7);
    "dropletActions_post/policy" => DropletActions::new(&cloud).change_backup_policy(7, &plan());
    "dropletActions_post/cycle" => DropletActions::new(&cloud).power_cycle(7);
    "dropletActions_post/shutdown" => DropletActions::new(&cloud).shutdown(7);
    "dropletActions_post/off" => DropletActions::new(&cloud).power_off(7);
    "dropletActions_post/on" => DropletActions::new(&cloud).power_on(7);
    "dropletActions_post/password" => DropletActions::new(&cloud).reset_password(7);
    "dropletActions_post/restore" => DropletActions::new(&cloud).restore(7, 8);
    "dropletActions_post/resize" => DropletActions::new(&cloud).resize(7, "s-2vcpu-4gb", true);
    "dropletActions_post/rebuild" =>
        DropletActions::new(&cloud).rebuild(7, &"debian-13-x64".into());
    "dropletActions_post/rename" => DropletActions::new(&cloud).rename(7, "b");
    "dropletActions_post/kernel" => DropletActions::new(&cloud).change_kernel(7, 8);
    "dropletActions_post/ipv6" => DropletActions::new(&cloud).enable_ipv6(7);
    "dropletActions_post/snapshot" => DropletActions::new(&cloud).snapshot(7, "s");
    "dropletActions_post_byTag" =>
        DropletActions::new(&cloud).act_on_tagged("web", &TaggedDropletAction::Snapshot {
            name: "s",
        });
    "dropletActions_get" => DropletActions::new(&cloud).action(7, 8);

    "droplets_list_associatedResources" => Teardowns::new(&cloud).associated(7);
    "droplets_destroy_withAssociatedResourcesSelective" =>
        Teardowns::new(&cloud).destroy_with(7, &Doomed { volumes: &["v"], ..Default::default() });
    "droplets_destroy_withAssociatedResourcesDangerous" =>
        Teardowns::new(&cloud).destroy_with_all(7);
    "droplets_get_DestroyAssociatedResourcesStatus" => Teardowns::new(&cloud).status(7);
    "droplets_destroy_retryWithAssociatedResources" => Teardowns::new(&cloud).retry(7);

    "snapshots_list" => Snapshots::new(&cloud).list(Some(SnapshotSource::Volume)).collect_all();
    "snapshots_get" => Snapshots::new(&cloud).snapshot("7");
    "snapshots_delete" => Snapshots::new(&cloud).delete("7");

    "volumes_list" =>
        Volumes::new(&cloud).list(&VolumeFilter {
            name: Some("a"), region: Some("nyc3"),
        }).collect_all();
    "volumes_create" => Volumes::new(&cloud).create(&NewVolume {
        name: "a", region: "nyc3", size_gigabytes: 10, filesystem_type: Some("ext4"), tags: &["web"],
        ..Default::default()
    });
    "volumes_get" => Volumes::new(&cloud).volume("v");
    "volumes_delete" => Volumes::new(&cloud).delete("v");
    "volumes_delete_byName" => Volumes::new(&cloud).delete_by_name("a", "nyc3");
    "volumeActions_list" => Volumes::new(&cloud).actions("v").collect_all();
    "volumeActions_post_byId" => Volumes::new(&cloud).resize("v", 20, Some("nyc3"));
    "volumeActions_post_byId/attach" => Volumes::new(&cloud).attach("v", 7, None);
    "volumeActions_post_byId/detach" => Volumes::new(&cloud).detach("v", 7, None);
    "volumeActions_post" => Volumes::new(&cloud).detach_by_name("a", 7, Some("nyc3"));
    "volumeActions_post/attach" => Volumes::new(&cloud).attach_by_name("a", 7, Some("nyc3"));
    "volumeActions_get" => Volumes::new(&cloud).action("v", 8);
    "volumeSnapshots_list" => Volumes::new(&cloud).snapshots("v").collect_all();
    "volumeSnapshots_create" => Volumes::new(&cloud).take_snapshot("v", "s", &["web"]);
    "volumeSnapshots_get_byId" => Volumes::new(&cloud).snapshot("s");
    "volumeSnapshots_delete_byId" => Volumes::new(&cloud).delete_snapshot("s");

    "reservedIPs_list" => ReservedIps::new(&cloud).list().collect_all();
    "reservedIPs_create" => ReservedIps::new(&cloud).create_for(7);
    "reservedIPs_create/region" => ReservedIps::new(&cloud).create_in("nyc3", Some("p"));
    "reservedIPs_get" => ReservedIps::new(&cloud).reserved_ip("1.2.3.4");
    "reservedIPs_delete" => ReservedIps::new(&cloud).delete("1.2.3.4");
    "reservedIPsActions_list" => ReservedIps::new(&cloud).actions("1.2.3.4").collect_all();
    "reservedIPsActions_post" => ReservedIps::new(&cloud).assign("1.2.3.4", 7);
    "reservedIPsActions_post/unassign" => ReservedIps::new(&cloud).unassign("1.2.3.4");
    "reservedIPsActions_get" => ReservedIps::new(&cloud).action("1.2.3.4", 8);

    "images_list" => Images::new(&cloud).list(&ImageFilter {
        kind: Some(ImageKind::Distribution), private: Some(true), tag_name: Some("web"),
    }).collect_all();
    "images_create_custom" =>
        Images::new(&cloud).create(&NewImage {
            name: "a", url: "https://h/i", region: "nyc3", ..Default::default()
        });
    "images_get" => Images::new(&cloud).image(&"debian-13-x64".into());
    "images_update" =>
        Images::new(&cloud).update(7, &ImageDescription { name: Some("b"), ..Default::default() });
    "images_delete" => Images::new(&cloud).delete(7);
    "imageActions_list" => Images::new(&cloud).actions(7).collect_all();
    "imageActions_post" => Images::new(&cloud).transfer(7, "nyc3");
    "imageActions_post/convert" => Images::new(&cloud).convert(7);
    "imageActions_get" => Images::new(&cloud).action(7, 8);

    "tags_list" => Tags::new(&cloud).list().collect_all();
    "tags_create" => Tags::new(&cloud).create("web");
    "tags_get" => Tags::new(&cloud).tag("web");
    "tags_delete" => Tags::new(&cloud).delete("web");
    "tags_assign_resources" => Tags::new(&cloud).assign("web", &[droplet()]);
    "tags_unassign_resources" => Tags::new(&cloud).unassign("web", &[droplet()]);

    "projects_list" => Projects::new(&cloud).list().collect_all();
    "projects_create" =>
        Projects::new(&cloud).create(&NewProject {
            name: "a", purpose: "Service", ..Default::default()
        });
    "projects_get" => Projects::new(&cloud).project("p");
    "projects_get_default" => Projects::new(&cloud).default_project();
    "projects_update" => Projects::new(&cloud).replace("p", &ProjectDescription {
        name: "a", description: "", purpose: "Service", environment: Environment::Staging,
        is_default: false,
    });
    "projects_patch" =>
        Projects::new(&cloud).change("p", &ProjectChange {
            is_default: Some(true), ..Default::default()
        });
    "projects_delete" => Projects::new(&cloud).delete("p");
    "projects_list_resources" => Projects::new(&cloud).resources("p").collect_all();
    "projects_list_resources_default" => Projects::new(&cloud).default_resources().collect_all();
    "projects_assign_resources" => Projects::new(&cloud).assign("p", &["do:droplet:7"]);

    "firewalls_list" => Firewalls::new(&cloud).list().collect_all();
    "firewalls_create" => Firewalls::new(&cloud).create(&firewall());
    "firewalls_get" => Firewalls::new(&cloud).firewall("f");
    "firewalls_update" => Firewalls::new(&cloud).replace("f", &firewall());
    "firewalls_delete" => Firewalls::new(&cloud).delete("f");
    "firewalls_assign_droplets" => Firewalls::new(&cloud).add_droplets("f", &[7]);
    "firewalls_delete_droplets" => Firewalls::new(&cloud).remove_droplets("f", &[7]);
    "firewalls_add_tags" => Firewalls::new(&cloud).add_tags("f", &["web"]);
    "firewalls_delete_tags" => Firewalls::new(&cloud).remove_tags("f", &["web"]);
    "firewalls_add_rules" => Firewalls::new(&cloud).add_rules("f", &rules());
    "firewalls_delete_rules" => Firewalls::new(&cloud).remove_rules("f", &rules());
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
