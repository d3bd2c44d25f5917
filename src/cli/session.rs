//! What a run is made of: the workspace with the options laid over it.

use std::path::PathBuf;

use time::OffsetDateTime;

use super::common::Common;
use super::console::{Console, shown};
use super::error::CliError;
use super::input;
use crate::agent::{Agent, MakingOptions, NoProgress, Profile, ProfileName};
use crate::discovery::Resolver;
use crate::discovery::fetch::{Consent, Reach};
use crate::discovery::order::Stage;
use crate::io::fetch::{FetchOptions, NetworkFetcher};
use crate::limits::Limits;
use crate::mail::Domain;
use crate::pki::{Certificate, Crl, Passphrase};
use crate::trust::{Parties, Party, PartyName};
use crate::workspace::keyring::{self, Keyring};
use crate::workspace::{self, Contents, Network, Settings, Unlocking, Workspace};

/// The workspace's content and settings, and what the options say.
pub(super) struct Session {
    pub(super) settings: Settings,
    pub(super) contents: Contents,
    pub(super) authorities: Vec<Certificate>,
    pub(super) crls: Vec<Crl>,
    pub(super) local_domains: Vec<Domain>,
    pub(super) profile: Profile,
    pub(super) now: OffsetDateTime,
    seed: [u8; 16],
}

/// Whether the private keys are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Keys {
    /// They are listed and stay locked.
    Locked,
    /// They are opened; no key that can be opened means that the command cannot run.
    Opened,
}

impl Session {
    /// Loads the workspace. One that does not exist is an error where the user named it, and empty where it is the
    /// default one: without keys the agent still says what is missing.
    pub(super) fn load(keys: Keys, common: &Common, console: &mut Console<'_, '_>) -> Result<Self, CliError> {
        let workspace = existing(common)?;
        let settings = match &workspace {
            Some(workspace) => workspace.settings().map_err(CliError::failed)?,
            None => Settings::default(),
        };
        let contents = match &workspace {
            Some(workspace) => contents(workspace, keys, &settings, common, console)?,
            None => Contents {
                parties: Parties::default(),
                authorities: Vec::new(),
                authority_keys: Vec::new(),
                locked_authority_keys: Vec::new(),
                crls: Vec::new(),
                unlocking: Unlocking::NoKeys,
                problems: Vec::new(),
            },
        };
        if let Some(workspace) = &workspace {
            readable(workspace, &contents)?;
            tracing::info!(
                workspace = %crate::mail::escape_controls(&shown(workspace.root())),
                parties = contents.parties.all().len(),
                locked_keys = contents.locked_keys(),
                problems = contents.problems.len(),
                "workspace read"
            );
        }
        for problem in &contents.problems {
            console.remark(&problem.sentence);
        }
        if keys == Keys::Opened {
            remark_on_locked(&contents, console);
        }
        let profile = match common.profile {
            Some(name) => name,
            None => settings.profile.parse::<ProfileName>().map_err(|error| {
                CliError::Failed(format!("the workspace's settings: {error}; correct workspace.toml or give --profile"))
            })?,
        };
        Ok(Self {
            authorities: contents.authorities.iter().map(|known| known.certificate.clone()).collect(),
            crls: contents.crls.iter().map(|known| known.crl.clone()).collect(),
            local_domains: if common.domains.is_empty() {
                settings.local_domains.clone()
            } else {
                common.domains.clone()
            },
            profile: Profile::named(profile),
            now: common.at.unwrap_or_else(|| settings.clock.at(console.program.now)),
            seed: console.program.seed,
            settings,
            contents,
        })
    }

    /// The agent over this session.
    pub(super) fn agent<'a>(&'a self, resolvers: &'a [&'a dyn Resolver], making: MakingOptions) -> Agent<'a> {
        Agent {
            parties: &self.contents.parties,
            authorities: &self.authorities,
            crls: &self.crls,
            local_domains: &self.local_domains,
            profile: self.profile,
            now: self.now,
            limits: Limits::DEFAULT,
            resolvers,
            online: None,
            making,
            seed: self.seed,
            progress: &NoProgress,
        }
    }

    /// The party of that name, or all of them where none is named.
    pub(super) fn parties(&self, only: Option<&PartyName>) -> Vec<&Party> {
        match only {
            Some(name) => self.contents.parties.named(name).into_iter().collect(),
            None => self.contents.parties.all().iter().collect(),
        }
    }

    /// Where is looked for certificates, in this order.
    pub(super) fn order(&self, common: &Common) -> Vec<Stage> {
        if !common.via.is_empty() {
            return common.via.clone();
        }
        self.settings.resolver_order.clone()
    }

    /// Whether hosts of the local network may be asked and fetched from.
    pub(super) const fn reach(&self, common: &Common) -> Reach {
        if common.allow_private { Reach::Anywhere } else { self.settings.reach }
    }

    /// What certificates point at is fetched by this, and of whom; nothing where that is not allowed. A name server that
    /// may be asked does not allow it.
    pub(super) fn fetching(&self, common: &Common) -> Option<(NetworkFetcher, Consent)> {
        if !common.online && self.settings.network != Network::Online {
            return None;
        }
        let reach = self.reach(common);
        let consent = if common.online { Consent::AnyChain } else { self.settings.consent };
        Some((NetworkFetcher::new(FetchOptions::system(reach)), consent))
    }

    /// Whether the network may be used.
    pub(super) fn is_online(&self, common: &Common) -> bool {
        common.online || common.dns_server.is_some() || self.settings.network == Network::Online
    }
}

// Keys that lie here under another passphrase than the rest; what is damaged has been told.
fn remark_on_locked(contents: &Contents, console: &mut Console<'_, '_>) {
    let told = |reason: &String| contents.problems.iter().any(|problem| problem.sentence == *reason);
    for party in contents.parties.all() {
        for key in party.locked.iter().filter(|key| !told(&key.reason)) {
            let why = key.reason.trim_start_matches("Locked: ");
            console.remark(&format!("key “{}” of {} is locked: {why}", key.name, party.name));
        }
    }
}

// A damaged file leaves the rest; where no party can be seen there is no rest, and a verdict would be made of nothing.
fn readable(workspace: &Workspace, contents: &Contents) -> Result<(), CliError> {
    let parties = workspace.parties_folder();
    match contents.problems.iter().find(|problem| problem.path == parties) {
        Some(problem) => Err(CliError::Failed(problem.sentence.clone())),
        None => Ok(()),
    }
}

/// The folder that the options name, or the default one.
pub(super) fn folder(common: &Common) -> Result<PathBuf, CliError> {
    common.workspace.clone().or_else(workspace::default_dir).ok_or_else(|| {
        CliError::Failed("this account has no home folder to keep a workspace in: name one with --workspace".to_owned())
    })
}

/// The workspace if it exists. A named one has to.
pub(super) fn existing(common: &Common) -> Result<Option<Workspace>, CliError> {
    let folder = folder(common)?;
    if common.workspace.is_none() && !folder.exists() {
        return Ok(None);
    }
    Workspace::open(folder).map(Some).map_err(CliError::failed)
}

/// The workspace, made if absent: for commands that write.
pub(super) fn created(common: &Common) -> Result<Workspace, CliError> {
    Workspace::open_or_create(folder(common)?).map_err(CliError::failed)
}

/// The workspace's passphrase: from the file, the demo's settings, the environment, or the person at the terminal.
pub(super) fn passphrase(
    settings: &Settings,
    common: &Common,
    console: &mut Console<'_, '_>,
) -> Result<Passphrase, CliError> {
    if let Some(path) = &common.passphrase_file {
        return passphrase_of_file(path, console);
    }
    // The demo's keys protect nothing; its passphrase is in its settings so that nobody has to look for it. The
    // environment's is for a workspace of one's own and opens none of them.
    if let (true, Some(hint)) = (settings.demo, &settings.passphrase_hint) {
        return Ok(Passphrase::published(hint));
    }
    if common.keyring {
        return remembered(common, console);
    }
    if let Some(passphrase) = &console.program.passphrase {
        return Ok(passphrase.clone());
    }
    let asked = (console.program.ask)("Passphrase of the workspace: ").map_err(CliError::failed)?;
    asked.ok_or_else(|| {
        CliError::Failed(
            "the private keys are locked, and there is no terminal to ask for their passphrase: give \
             --passphrase-file FILE or set SEALSCOPE_PASSPHRASE"
                .to_owned(),
        )
    })
}

/// The system's keyring, and under what it keeps the passphrase of this workspace.
pub(super) fn keyring<'a>(common: &Common, console: &Console<'_, 'a>) -> Result<(&'a dyn Keyring, PathBuf), CliError> {
    let keyring = console.program.keyring.ok_or_else(|| {
        CliError::Failed(
            "this build asks no keyring: build it with --features keyring, or give --passphrase-file".to_owned(),
        )
    })?;
    Ok((keyring, keyring::place(&folder(common)?)))
}

fn remembered(common: &Common, console: &Console<'_, '_>) -> Result<Passphrase, CliError> {
    let (keyring, workspace) = keyring(common, console)?;
    keyring.recall(&workspace).map_err(CliError::failed)?.ok_or_else(|| {
        CliError::Failed(format!(
            "the keyring keeps no passphrase of {}: put it there with `sealscope keys remember`",
            shown(&workspace)
        ))
    })
}

/// Reads the first line of a passphrase file.
pub(super) fn passphrase_of_file(
    path: &std::path::Path,
    console: &mut Console<'_, '_>,
) -> Result<Passphrase, CliError> {
    let octets = input::read_secret(path, console)?;
    Passphrase::from_file_content(&octets).map_err(|error| CliError::Failed(format!("{}: {error}", shown(path))))
}

fn contents(
    workspace: &Workspace,
    keys: Keys,
    settings: &Settings,
    common: &Common,
    console: &mut Console<'_, '_>,
) -> Result<Contents, CliError> {
    let locked = workspace.load(None);
    if keys == Keys::Locked || locked.unlocking != Unlocking::NotTried {
        return Ok(locked);
    }
    let passphrase = passphrase(settings, common, console)?;
    let opened = workspace.load(Some(&passphrase));
    if opened.unlocking == Unlocking::WrongPassphrase {
        return Err(CliError::Failed(format!(
            "the passphrase opens none of the {} in {}: check --passphrase-file or SEALSCOPE_PASSPHRASE",
            crate::finding::counted(opened.locked_keys(), "private key"),
            shown(workspace.root())
        )));
    }
    Ok(opened)
}

/// The parties of the workspace, if there is one, for who holds which key. Keys are opened where that needs no question;
/// the workspace's own troubles are no concern of who only looks at a file, unless it was named.
pub(super) fn known_parties(common: &Common, console: &mut Console<'_, '_>) -> Result<Option<Parties>, CliError> {
    let named = common.workspace.is_some();
    let workspace = match existing(common) {
        Ok(Some(workspace)) => workspace,
        Err(error) if named => return Err(error),
        Ok(None) | Err(_) => return Ok(None),
    };
    let locked = workspace.load(None);
    if locked.unlocking != Unlocking::NotTried {
        return Ok(Some(locked.parties));
    }
    let settings = workspace.settings().unwrap_or_default();
    let at_hand = common.passphrase_file.is_some()
        || common.keyring
        || (settings.demo && settings.passphrase_hint.is_some())
        || console.program.passphrase.is_some();
    if !at_hand {
        return Ok(Some(locked.parties));
    }
    let opened = workspace.load(Some(&passphrase(&settings, common, console)?));
    Ok(Some(opened.parties))
}
