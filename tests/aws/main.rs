//! AWS accounts, on real servers on loopback: moto with our own plugin, ministack, and a stand-in for what neither
//! does. `make test` installs them. Nothing of the machine's own AWS configuration is read.

mod account;
mod accounts;
mod chain;
mod collect;
mod credentials;
mod denied;
mod evidence;
mod forward;
mod inventory;
mod inventory_rig;
mod inventory_where;
mod ministack;
mod ministack_account;
#[cfg(feature = "notify")]
mod notify;
mod rig;
#[cfg(all(unix, feature = "run"))]
mod run;
mod session;
mod states;
mod stub;
#[cfg(feature = "verify")]
mod trail_bucket;
mod trail_evidence;
mod trail_live;
mod trouble;
