"""Every record kind by the word that stands for it in addresses."""

from customers.views.parts import attachments, behaviour, competitors, finance, people, profiles, working

KINDS = {
    **profiles.KINDS,
    **people.KINDS,
    **working.KINDS,
    **attachments.KINDS,
    **behaviour.KINDS,
    **competitors.KINDS,
    **finance.KINDS,
}
