"""What a style is known by: one rule a style, as a musician would say it, and a check of bars against it.

A rule asks for what books and records of the style agree on: whether the kick marches, where the snare answers, what
the hats do between. Tempo is no part of a bar, so that styles of the same strokes pass each other's rules: two-step and
drum and bass, boom bap and hiphop. Strokes count as accents from a velocity of 0.4 on; ghost notes lie below.
"""

from collections.abc import Mapping

from clave.music.kit import voice
from clave.rhythm.signature import Signature, Strokes, Way


def _voices(*names: str) -> tuple[int, ...]:
    return tuple(voice(name).index for name in names)


KICK, SNARE, CLOSED, TOM, CYMBAL, OTHER = map(_voices, ("kick", "snare", "closed hi-hat", "tom", "cymbal", "other"))
DRUMS = _voices("kick", "snare", "tom", "clap")
HATS = _voices("closed hi-hat", "open hi-hat")
TIME = _voices("closed hi-hat", "open hi-hat", "cymbal")
PULSE = _voices("closed hi-hat", "open hi-hat", "cymbal", "other")  # with shaker and bell
BACK = _voices("snare", "clap")
STICK = _voices("snare", "clap", "other")  # with the cross-stick

# Steps of a bar in 4/4.
QUARTERS, TWO_AND_FOUR = (0, 16, 32, 48), (16, 48)
OFFBEATS = (8, 24, 40, 56)  # the eighths between the quarters
EIGHTHS, SIXTEENTHS = tuple(range(0, 64, 8)), tuple(range(0, 64, 4))
WEAK = tuple(range(4, 64, 8))  # the 16ths between the eighths
OFF = tuple(step for step in SIXTEENTHS if step % 16)  # all but the quarters
SKIPS = (11, 27, 43, 59)  # the last triplet of each quarter
THREES, QUARTER_TRIPLETS = (12, 24, 44, 56), (11, 21, 43, 53)  # of each half, but for its first stroke
FINER = tuple(step for step in range(64) if step % 4)  # 32nds and 16th triplets
SON, RUMBA, BOSSA = (0, 12, 24, 40, 48), (0, 12, 28, 40, 48), (0, 12, 24, 40, 52)
GALLOP = tuple(step for step in SIXTEENTHS if step % 16 != 4)  # long-short-short on each quarter
TRESILLO = (0, 12, 24, 32, 44, 56)  # 3-3-2 in each half
BELL, NO_BELL = (0, 8, 16, 20, 28, 36, 44), (4, 12, 24, 32, 40)  # of 6/8


def _every(voices: tuple[int, ...], *steps: int) -> Strokes:
    return Strokes(voices, steps, len(steps), len(steps))


def _accents(voices: tuple[int, ...], *steps: int) -> Strokes:
    return Strokes(voices, steps, len(steps), len(steps), accented=True)


def _least(low: int, voices: tuple[int, ...], steps: tuple[int, ...]) -> Strokes:
    return Strokes(voices, steps, low, len(steps))


def _most(high: int, voices: tuple[int, ...], steps: tuple[int, ...]) -> Strokes:
    return Strokes(voices, steps, 0, high)


def _no_accents(voices: tuple[int, ...], *steps: int) -> Strokes:
    return Strokes(voices, steps, 0, 0, accented=True)


def _groups(*groups: tuple[int, ...]) -> tuple[Way, ...]:
    """The kick on one, and a drum where each group of eighths begins: groups as steps."""
    return tuple((_every(KICK, 0), _every(DRUMS, *each)) for each in groups)


def _claves(*claves: tuple[int, ...]) -> tuple[Way, ...]:
    """The cross-stick or the claves play these strokes and no others, from either half on."""
    turned = [tuple((step + 32) % 64 for step in clave) for clave in claves]
    return tuple(
        (_every(OTHER, *each), _most(0, OTHER, tuple(step for step in SIXTEENTHS if step not in each)))
        for each in (*claves, *turned)
    )


_MARCH, _BACKBEAT = _every(KICK, *QUARTERS), _accents(BACK, *TWO_AND_FOUR)
_ONE_BACKBEAT = Strokes(SNARE, TWO_AND_FOUR, 0, 1, accented=True)  # at most: no backbeat
_OFFBEAT_HATS = _least(3, TIME, OFFBEATS)
_HALF_TIME: Way = (_accents(BACK, 32), _no_accents(BACK, *TWO_AND_FOUR))
_DEMBOW: Way = (_every(KICK, 0, 32), _least(3, STICK, THREES), _no_accents(BACK, *TWO_AND_FOUR))

SIGNATURES: Mapping[str, Signature] = {
    "house": Signature(
        "a kick on every quarter, a clap or snare on two and four, hats between the kicks",
        "Larry Heard, Can You Feel It (1986)",
        ((_MARCH, _every(STICK, *TWO_AND_FOUR), _OFFBEAT_HATS),),
    ),
    "techno": Signature(
        "a kick on every quarter, no snare backbeat, and 16ths or offbeats that move above it",
        "Jeff Mills, Waveform Transmission (1992)",
        ((_MARCH, _no_accents(SNARE, *TWO_AND_FOUR), _least(4, (*PULSE, *TOM), OFF)),),
    ),
    "disco": Signature(
        "a kick on every quarter, the snare on two and four, hats on the offbeats",
        "Harold Melvin and the Blue Notes, The Love I Lost (1973)",
        ((_MARCH, _accents(SNARE, *TWO_AND_FOUR), _OFFBEAT_HATS),),
    ),
    "dance": Signature(
        "disco as it is played on a drum set: four on the floor under a snare on two and four",
        "the recordings that Groove MIDI calls dance/disco and dance/breakbeat",
        ((_MARCH, _accents(SNARE, *TWO_AND_FOUR), _least(4, TIME, SIXTEENTHS)),),
    ),
    "two step": Signature(
        "kick on one, none on the other quarters, one that skips between; backbeat on two and four",
        "Simon Reynolds, Energy Flash (1998), on two-step garage",
        ((_every(KICK, 0), _most(0, KICK, (16, 32, 48)), _least(1, KICK, OFF), _accents(STICK, *TWO_AND_FOUR)),),
    ),
    "drum and bass": Signature(
        "a break: kick on one and after three, not on it; snare on two and on or after four; hats in eighths or more",
        "The Winstons, Amen, Brother (1969)",
        ((
            _every(KICK, 0), _most(0, KICK, (32,)), _least(1, KICK, (36, 40, 44)), _accents(SNARE, 16),
            _least(1, SNARE, (48, 56)), _least(5, PULSE, EIGHTHS),
        ),),
    ),
    "footwork": Signature(
        "kicks in threes, 3-3-2 or quarter triplets, against the four",
        "RP Boo, Legacy (2013)",
        ((_least(2, KICK, THREES), _most(2, KICK, (16, 48, 32))), (_least(2, KICK, QUARTER_TRIPLETS),)),
    ),
    "electro": Signature(
        "kick on one, none on three, two or more off the beat; backbeat; hats in eighths to 16ths",
        "Afrika Bambaataa and the Soulsonic Force, Planet Rock (1982)",
        ((
            _every(KICK, 0), _most(0, KICK, (32,)), _least(2, KICK, OFF), _accents(STICK, *TWO_AND_FOUR),
            _least(6, TIME, SIXTEENTHS),
        ),),
    ),
    "trap": Signature(
        "half time: snare or clap on three, not on two and four, under hats that break into 32nds or 16th triplets",
        "T.I., Trap Muzik (2003)",
        ((*_HALF_TIME, _least(5, HATS, EIGHTHS), _least(2, HATS, FINER)),),
    ),
    "boom bap": Signature(
        "kick on one and off the beat, none on two and four; backbeat; a hat in eighths",
        "Pete Rock and CL Smooth, T.R.O.Y. (1992)",
        ((
            _every(KICK, 0), _least(1, KICK, OFF), _most(0, KICK, TWO_AND_FOUR), _accents(STICK, *TWO_AND_FOUR),
            _least(6, TIME, EIGHTHS),
        ),),
    ),
    "hiphop": Signature(
        "kick on one and off the beat, none on two and four; backbeat on the snare",
        "J Dilla, after Dan Charnas, Dilla Time (2022)",
        ((_every(KICK, 0), _least(1, KICK, OFF), _most(0, KICK, TWO_AND_FOUR), _BACKBEAT),),
    ),
    "funk": Signature(
        "the one on the kick, the backbeat (one of its two strokes may be moved), 16ths of kick and snare that answer",
        "Clyde Stubblefield on James Brown, Funky Drummer (1970)",
        ((
            _every(KICK, 0), Strokes(SNARE, TWO_AND_FOUR, 1, 2, accented=True), _least(2, (*KICK, *SNARE), WEAK),
            _least(4, PULSE, EIGHTHS),
        ),),
    ),
    "motown": Signature(
        "the snare on all four quarters, or on two and four with a tambourine; kick on one",
        "Benny Benjamin on The Four Tops, I Can't Help Myself (1965)",
        (
            (_every(KICK, 0), _every(SNARE, *QUARTERS)),
            (_every(KICK, 0), _accents(SNARE, *TWO_AND_FOUR), _every(OTHER, *TWO_AND_FOUR)),
        ),
    ),
    "soul": Signature(
        "backbeat on the snare, the hat or ride on the quarters, kick on few 16ths",
        "Al Jackson on Otis Redding, Sittin' On the Dock of the Bay (1968)",
        ((
            _accents(SNARE, *TWO_AND_FOUR), _least(3, PULSE, QUARTERS), _most(1, KICK, WEAK),
            _most(5, SNARE, SIXTEENTHS),
        ),),
    ),
    "rock": Signature(
        "kick on one, snare on two and four, eighths or quarters on hat or ride, few 16ths of kick or hat",
        "Phil Rudd on AC/DC, Back in Black (1980)",
        ((
            _every(KICK, 0), _accents(SNARE, *TWO_AND_FOUR), _least(3, TIME, EIGHTHS), _most(2, KICK, WEAK),
            _most(2, TIME, WEAK),
        ),),
    ),
    "pop": Signature(
        "the plain backbeat: kick on one, snare on two and four, nothing of either on the 16ths between",
        "the beat that drum methods teach first",
        ((
            _every(KICK, 0), _accents(SNARE, *TWO_AND_FOUR), _most(0, (*KICK, *SNARE), WEAK),
            _least(3, PULSE, EIGHTHS),
        ),),
    ),
    "punk": Signature(
        "the fast beat: kick on one and three, snare on the eighths between; or the D-beat's three kicks to two snares",
        "Tommy Ramone on Ramones (1976); Discharge's D-beat (1982)",
        (
            (_every(KICK, 0, 32), Strokes(SNARE, OFFBEATS, 3, 4, accented=True), _no_accents(SNARE, *TWO_AND_FOUR)),
            (_every(KICK, 0, 12), _accents(SNARE, *TWO_AND_FOUR), _every(KICK, 44)),
        ),
    ),
    "gospel": Signature(
        "the praise break: kick on one and three or all quarters, the snare on the eighths between",
        "the gospel recordings of Groove MIDI",
        ((
            _every(KICK, 0, 32), _least(3, SNARE, OFFBEATS), _no_accents(SNARE, *TWO_AND_FOUR),
            _least(3, TIME, OFFBEATS),
        ),),
    ),
    "country": Signature(
        "the train beat: kick on one and three, the snare runs between, the hat closes on the offbeats",
        "W. S. Holland on Johnny Cash, At Folsom Prison (1968)",
        ((_every(KICK, 0, 32), _least(6, SNARE, SIXTEENTHS), _OFFBEAT_HATS),),
    ),
    "blues": Signature(
        "the shuffle: hat or ride on the quarters and on the last triplet, never on the straight eighth between",
        "Chris Layton on Stevie Ray Vaughan, Pride and Joy (1983)",
        ((_least(3, TIME, QUARTERS), _least(2, TIME, SKIPS), _most(0, TIME, OFFBEATS)),),
    ),
    "jazz": Signature(
        "the ride in quarters with skipping strokes between, the foot closing the hat on two and four, a sparse kick",
        "John Riley, The Art of Bop Drumming (1994)",
        ((
            _least(3, CYMBAL, QUARTERS), _least(1, CYMBAL, (*SKIPS, 12, 28, 44, 60, 24, 56)),
            _every(CLOSED, *TWO_AND_FOUR), _most(3, KICK, SIXTEENTHS),
        ),),
    ),
    "neworleans": Signature(
        "second line: the snare runs in 16ths, the kick syncopates under it",
        "Herlin Riley and Johnny Vidacovich, New Orleans Jazz and Second Line Drumming (1995)",
        ((_least(7, SNARE, SIXTEENTHS), _least(1, KICK, (12, 24, 28, 44, 56, 60)), _most(6, KICK, SIXTEENTHS)),),
    ),
    "reggae": Signature(
        "one drop, rockers or steppers: kick and snare or cross-stick together on three, no backbeat",
        "Carlton Barrett on Bob Marley and the Wailers, One Drop (1979)",
        ((_every(KICK, 32), _accents(STICK, 32), _no_accents(STICK, *TWO_AND_FOUR)),),
    ),
    "reggaeton": Signature(
        "dembow: kick on one and three, snare or rim in 3-3-2 across them, no backbeat",
        "Wayne Marshall, Dem Bow, Dembow, Dembo (2008)",
        (_DEMBOW,),
    ),
    "dembow": Signature(
        "the same 3-3-2, faster: snare or rim on the fourth and seventh 16th of each half",
        "El Alfa, El Hombre (2018); Shabba Ranks, Dem Bow (1990)",
        (_DEMBOW, (_every(KICK, 0, 32), _least(3, STICK, THREES), _most(1, BACK, TWO_AND_FOUR))),
    ),
    "salsa": Signature(
        "son or rumba clave, 3-2 or 2-3, whole and alone on its voice",
        "Rebeca Mauleon, Salsa Guidebook (1993)",
        _claves(SON, RUMBA),
    ),
    "bossa": Signature(
        "the cross-stick plays the bossa clave or a cell one 16th from it, from either half",
        "Godfried Toussaint, The Geometry of Musical Rhythm (2013)",
        _claves(BOSSA, SON, (0, 12, 24, 36, 48)),
    ),
    "samba": Signature(
        "the surdo on two and four (the second beat of 2/4) under 16ths that hardly stop",
        "Carlos Sandroni, Feitico decente (2001)",
        ((_every(KICK, *TWO_AND_FOUR), _least(11, (*PULSE, *SNARE), SIXTEENTHS)),),
    ),
    "latin": Signature(
        "no backbeat; the kick strikes both halves alike, on their fourth 16th (baiao) or their last eighth",
        "Ed Uribe, The Essence of Brazilian Percussion and Drum Set (1993): baiao, bossa, samba, songo",
        tuple((_ONE_BACKBEAT, _every(KICK, *both), _least(4, PULSE, EIGHTHS)) for both in ((12, 44), (24, 56))),
    ),
    "afrocuban": Signature(
        "no backbeat; the kick alone on bombo or ponche (tumbao), or on all quarters under drums in 3-3-2 (calypso)",
        "Frank Malabe and Bob Weiner, Afro-Cuban Rhythms for Drumset (1990)",
        (
            (_ONE_BACKBEAT, _least(1, KICK, (12, 24)), _most(0, KICK, (16, 32, 48)), _least(4, PULSE, EIGHTHS)),
            (_ONE_BACKBEAT, _MARCH, _least(2, (*SNARE, *TOM), THREES), _least(3, PULSE, EIGHTHS)),
        ),
    ),
    "afrobeat": Signature(
        "kick and snare share a phrase off the beat: a kick or more and three snares or more between the quarters",
        "Tony Allen with Michael Veal, Master Drummer of Afrobeat (2013)",
        ((_least(1, KICK, OFF), _least(3, SNARE, OFF), _least(5, PULSE, SIXTEENTHS)),),
    ),
    "highlife": Signature(
        "a kick on every quarter, the hat on the offbeats, the snare on the fourth 16th instead of a backbeat",
        "the highlife recordings of Groove MIDI",
        ((_MARCH, _OFFBEAT_HATS, _least(1, SNARE, (12, 44)), _ONE_BACKBEAT),),
    ),
    "middleeastern": Signature(
        "maqsum: dum on one and three, tek on the and of one and on four",
        "Mary Ellen Donald, Doumbec Delight (1980)",
        ((_every(KICK, 0, 32), _every(SNARE, 8, 48), _no_accents(SNARE, 0, 16, 32)),),
    ),
    "waltz": Signature(
        "kick on one, lighter voices on two and three",
        "Max Roach, Jazz in 3/4 Time (1957)",
        ((_every(KICK, 0), _most(0, KICK, (16, 32)), _every((*PULSE, *BACK, *TOM), 16, 32)),),
        (3, 4),
    ),
    "bembe": Signature(
        "the standard bell of seven strokes in twelve pulses, or the short one of five, on cymbal or bell",
        "A. M. Jones, Studies in African Music (1959)",
        tuple((_least(5, bell, BELL), _most(1, bell, NO_BELL)) for bell in (CYMBAL, OTHER)),
        (6, 8),
    ),
    "five four": Signature(
        "three and two: kick on one and on four",
        "Joe Morello on The Dave Brubeck Quartet, Take Five (1959)",
        ((_every(KICK, 0, 48), _least(4, (*PULSE, *BACK), (0, 16, 32, 48, 64))),),
        (5, 4),
    ),
    "breakbeat": Signature(
        "a funk break: kick on one and around the and of three, snare on two and four with a ghost between, eighths",
        "Lyn Collins, Think (About It) (1972)",
        ((
            _every(KICK, 0), _most(0, KICK, (16, 32, 48)), _least(1, KICK, (36, 40, 44)),
            _accents(SNARE, *TWO_AND_FOUR), _least(1, SNARE, WEAK), _least(6, PULSE, EIGHTHS),
        ),),
    ),
    "jersey club": Signature(
        "five kicks: on one, two and three, then on the fourth and seventh 16th of the second half, none on four",
        "DJ Tameil and Tim Dolla (2000s), after Baltimore club",
        ((_every(KICK, 0, 16, 32, 44, 56), _most(0, KICK, (48,))),),
    ),
    "dubstep": Signature(
        "half time with room: kick on one, snare or clap on three alone, no kick with it, no rolls of the hats",
        "Skream, Midnight Request Line (2005)",
        ((*_HALF_TIME, _every(KICK, 0), _most(0, KICK, (32,)), _most(1, HATS, FINER)),),
    ),
    "drill": Signature(
        "hats in 3-3-2, one snare or clap: on three in one bar, on four in the next, never on two",
        "Headie One and RV, Know Better (2018)",
        tuple(
            (_least(5, HATS, TRESILLO), _most(3, HATS, (8, 16, 40, 48)), _accents(BACK, on), _no_accents(BACK, *off))
            for on, off in ((32, TWO_AND_FOUR), (48, (16, 32)))
        ),
    ),
    "metal": Signature(
        "both feet: ten 16ths of kick or more under a snare on two and four or on three; or a blast of kick and snare",
        "Slayer, Reign in Blood (1986); Napalm Death, Scum (1987)",
        tuple((_least(3, TIME, QUARTERS), *way) for way in (
            (_least(10, KICK, SIXTEENTHS), _accents(SNARE, *TWO_AND_FOUR)),
            (_least(10, KICK, SIXTEENTHS), _accents(SNARE, 32), _no_accents(SNARE, *TWO_AND_FOUR)),
            (_least(10, KICK, SIXTEENTHS), _accents(SNARE, *OFFBEATS)),
            (_least(8, KICK, EIGHTHS), _accents(SNARE, *EIGHTHS)),
            (_least(8, KICK, EIGHTHS), _accents(SNARE, *WEAK)),
        )),
    ),
    "ska": Signature(
        "kick and snare or cross-stick together on two and four, no kick on one and three, hats on the offbeats",
        "Lloyd Knibb on The Skatalites, Guns of Navarone (1965)",
        ((_every(KICK, *TWO_AND_FOUR), _most(0, KICK, (0, 32)), _accents(STICK, *TWO_AND_FOUR), _OFFBEAT_HATS),),
    ),
    "soca": Signature(
        "a kick on every quarter, the snare in 3-3-2 across it, hats on the offbeats",
        "Arrow, Hot Hot Hot (1982)",
        ((_MARCH, _least(4, SNARE, THREES), _no_accents(SNARE, *TWO_AND_FOUR), _OFFBEAT_HATS),),
    ),
    "cumbia": Signature(
        "the scraper or hat gallops long-short-short on each quarter, a drum or open hat on the offbeats, no backbeat",
        "Los Corraleros de Majagual (1960s)",
        tuple(
            (
                _every(KICK, 0, 32), _least(11, scraper, GALLOP), _most(1, scraper, (4, 20, 36, 52)),
                _least(3, _voices("tom", "open hi-hat"), OFFBEATS), _no_accents(SNARE, *TWO_AND_FOUR),
            )
            for scraper in (HATS, OTHER)
        ),
    ),
    "amapiano": Signature(
        "shakers in 16ths, a kick on one, a low drum with three strokes or more off the beat, no snare backbeat",
        "Kabza De Small and DJ Maphorisa, Scorpion Kings (2019)",
        ((
            _every(KICK, 0), _least(14, PULSE, SIXTEENTHS), _least(3, TOM, OFF), _no_accents(SNARE, *TWO_AND_FOUR),
        ),),
    ),
    "funk carioca": Signature(
        "kick on one and the and of three; snare, clap or tom on the fourth and seventh 16th and on four, not on two",
        "DJ Marlboro, Funk Brasil (1989)",
        ((_every(KICK, 0, 40), _every((*BACK, *TOM), 12, 24, 48), _no_accents(BACK, 16)),),
    ),
    "twelve eight": Signature(
        "kick on one, snare on two and four of four beats of three eighths, most of which hat or ride play",
        "Fats Domino, Blueberry Hill (1956)",
        ((_every(KICK, 0), _accents(SNARE, 24, 72), _least(9, PULSE, tuple(range(0, 96, 8)))),),
        (12, 8),
    ),
    "nine eight": Signature(
        "kick on one, a drum at the start of each group: 2-2-2-3 or 3-3-3; eighths above",
        "Joe Morello on The Dave Brubeck Quartet, Blue Rondo a la Turk (1959)",
        tuple((*way, _least(6, PULSE, tuple(range(0, 72, 8)))) for way in _groups((0, 16, 32, 48), (0, 24, 48))),
        (9, 8),
    ),
    "seven eight": Signature(
        "kick on one, a drum at the start of each group: 2-2-3 or 3-2-2; eighths above",
        "Timothy Rice, May It Fill Your Soul (1994)",
        tuple((*way, _least(5, PULSE, tuple(range(0, 56, 8)))) for way in _groups((0, 16, 32), (0, 24, 40))),
        (7, 8),
    ),
    "five eight": Signature(
        "kick on one, a drum at the start of the second group: 3-2 or 2-3; eighths above",
        "Timothy Rice, May It Fill Your Soul (1994)",
        tuple((*way, _least(4, PULSE, tuple(range(0, 40, 8)))) for way in _groups((0, 24), (0, 16))),
        (5, 8),
    ),
}  # fmt: skip
"""The signature of each style that has a template or that the shipped space knows, by its name."""
