//! What stands around a secret: whose cloud it is, and what kind of file it stands in. Rules choose by it what to
//! propose.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::flow::{Around, Flow};
use crate::source::walk::FileKind;
use crate::source::{SourceId, Sources};
use crate::terraform::tree::Tree;

/// What types of resources begin with, and whose cloud that is.
const CLOUDS: &[(&str, &[&str])] = &[
    ("aws", &["aws", "awscc"]),
    ("azure", &["azurerm", "azapi", "azuread", "azurestack"]),
    ("google", &["google"]),
    (
        "other",
        &[
            "alicloud",
            "civo",
            "digitalocean",
            "exoscale",
            "hcloud",
            "ibm",
            "libvirt",
            "linode",
            "oci",
            "openstack",
            "ovh",
            "proxmox",
            "scaleway",
            "tencentcloud",
            "upcloud",
            "vsphere",
            "vultr",
            "yandex",
        ],
    ),
];

/// Clouds of folders and of the whole tree.
pub(super) struct Clouds {
    by_source: BTreeMap<SourceId, &'static str>,
    /// Where all of the tree is of one cloud.
    only: Option<&'static str>,
}

impl Clouds {
    pub(super) fn of(tree: &Tree) -> Self {
        let (mut by_source, mut all) = (BTreeMap::new(), BTreeSet::new());
        for directory in tree.directories() {
            let blocks = directory.files.iter().flat_map(|(_, body)| &body.blocks);
            let typed = blocks.filter(|block| matches!(&*block.kind.text, "resource" | "data" | "ephemeral"));
            let own: BTreeSet<&str> =
                typed.filter_map(|block| of_type(&block.labels.first()?.text)).collect();
            all.extend(own.iter().copied());
            let Some(cloud) = only(&own) else { continue };
            let files = directory.files.iter().chain(&directory.values);
            by_source.extend(files.map(|(source, _)| (*source, cloud)));
        }
        Self { by_source, only: only(&all) }
    }

    /// The surroundings of a flow: its resource says more than its folder, and that more than the tree.
    pub(super) fn around(&self, sources: &Sources, flow: &Flow) -> Around {
        let of_resource = flow.address.split('.').find_map(of_type);
        let of_folder = || self.by_source.get(&flow.sink.at.source).copied();
        Around {
            cloud: of_resource.or_else(of_folder).or(self.only),
            file: file_kind(sources, flow.sink.at.source),
        }
    }
}

fn only(clouds: &BTreeSet<&'static str>) -> Option<&'static str> {
    clouds.first().copied().filter(|_| clouds.len() == 1)
}

/// The cloud of `aws_instance`.
fn of_type(kind: &str) -> Option<&'static str> {
    let (start, _) = kind.split_once('_')?;
    CLOUDS.iter().find(|(_, starts)| starts.contains(&start)).map(|(cloud, _)| *cloud)
}

fn file_kind(sources: &Sources, source: SourceId) -> &'static str {
    let document = sources.document(source);
    match FileKind::at(Path::new(&document.name)) {
        _ if document.sealed().is_some() => "plan",
        Some(FileKind::Hcl | FileKind::HclJson | FileKind::Values | FileKind::ValuesJson) => "terraform",
        Some(FileKind::Template | FileKind::Script) => "script",
        Some(FileKind::Environment) => "environment",
        Some(FileKind::Dockerfile) => "dockerfile",
        Some(FileKind::Compose) => "compose",
        Some(FileKind::State) => "plan",
        Some(FileKind::Backend) => "terraform",
        None => "other",
    }
}
