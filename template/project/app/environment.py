"""The environment of the process, which other programs share."""

import os
import re
from collections.abc import Iterator
from difflib import get_close_matches

from pydantic import BaseModel
from pydantic_settings import BaseSettings, EnvSettingsSource

# Kubernetes sets AUTH_PORT=tcp://10.0.0.1:80 and others for a service that is named auth.
SERVICE = re.compile("(tcp|udp|sctp)://")
SIMILARITY = 0.8  # from which on a name is probably a misspelt one


class SharedEnvironment(EnvSettingsSource):
    """Ignores variables of other programs that begin like a group of settings, such as AUTH_."""

    def __init__(self, settings: type[BaseSettings]) -> None:
        super().__init__(settings)
        foreign = {name.lower() for name in foreign_variables(settings)}
        own = self.env_vars.items()
        self.env_vars = {name: value for name, value in own if name.lower() not in foreign}


def foreign_variables(settings: type[BaseSettings]) -> Iterator[str]:
    """Yield the variables that begin with the name of a group, but set nothing in it."""
    groups = groups_of(settings)
    names = {f"{group}_{field}" for group, model in groups.items() for field in model.model_fields}
    names |= settings.model_fields.keys() - groups.keys()
    for variable, value in os.environ.items():
        name = variable.lower()
        in_group = any(f"{name}_".startswith(f"{group}_") for group in groups)
        if in_group and (name not in names or SERVICE.match(value)):
            yield variable


def misspelt_variables(settings: type[BaseSettings]) -> Iterator[str]:
    """Say for each ignored variable which setting is probably meant, if there is one."""
    foreign = list(foreign_variables(settings))
    for group, model in groups_of(settings).items():
        for variable in foreign:
            before, _, field = variable.lower().partition(f"{group}_")
            others = set[str]() if before else model.model_fields.keys() - {field}
            for meant in get_close_matches(field, others, 1, SIMILARITY):
                yield f"{variable} is ignored: is {group.upper()}_{meant.upper()} meant?"


def groups_of(settings: type[BaseSettings]) -> dict[str, type[BaseModel]]:
    """Return the groups of settings by name."""
    annotations = {name: field.annotation for name, field in settings.model_fields.items()}
    return {
        name: model
        for name, model in annotations.items()
        if isinstance(model, type) and issubclass(model, BaseModel)
    }
