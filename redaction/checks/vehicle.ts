import { plainOf } from './check-digits.ts';

export const vehicleChecks = {
  vin: (text: string): boolean => isVin(plainOf(text)),
  vinShape: (text: string): boolean => /\d/.test(text) && /[A-Za-z]/.test(text),
  spacedPlate: (text: string): boolean => /^\d{2}([ -])[A-Z]{1,3}\1\d{2,5}$/.test(text),
  ukPlate: (text: string): boolean => isUkPlate(plainOf(text)),
  dePlate: (text: string): boolean => districts.has(/^[A-Z]+/.exec(text.toUpperCase())?.[0] ?? ''),
  inPlate: (text: string): boolean => indianStates.has(text.slice(0, 2).toUpperCase()),
} as const;

const vinWeights = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];
const vinValues = new Map(
  'A1B2C3D4E5F6G7H8J1K2L3M4N5P7R9S2T3U4V5W6X7Y8Z9'
    .match(/../g)
    ?.map((pair): [string, number] => [pair.charAt(0), Number(pair.charAt(1))]) ?? [],
);

/** 49 CFR 565: letters have values, the ninth place is the remainder by eleven. The serial ends in digits. */
function isVin(plain: string): boolean {
  const sum = plain
    .split('')
    .reduce(
      (all, char, at) => all + (vinValues.get(char) ?? Number(char)) * (vinWeights[at] ?? 0),
      0,
    );
  return (
    plain.length === 17 &&
    /\d{4}$/.test(plain) &&
    /[A-Z].*[A-Z]/.test(plain) &&
    '0123456789X'.charAt(sum % 11) === plain.charAt(8)
  );
}

/** Since 2001: two letters (no I, Q, Z first), age 02-20 or 51-70 and so on, three letters; before: a letter, 1-3 digits, three letters, or turned. */
function isUkPlate(plain: string): boolean {
  const age = Number(/^[A-Z]{2}(\d{2})[A-Z]{3}$/.exec(plain)?.[1] ?? Number.NaN);
  if (!Number.isNaN(age))
    return (
      /^[A-HJ-PR-Y][A-HJ-PR-Y]\d{2}[A-HJ-PR-Z]{3}$/.test(plain) &&
      ((age >= 1 && age <= 29) || (age >= 51 && age <= 79))
    );
  return (
    /^[A-HJ-NPR-TV-Y]\d{1,3}[A-HJ-PR-Z]{3}$/.test(plain) ||
    /^[A-HJ-PR-Z]{3}\d{1,3}[A-HJ-NPR-TV-Y]$/.test(plain)
  );
}

/** Codes of states and territories of India (Central Motor Vehicles Rules, and former ones). */
const indianStates = new Set(
  'AN AP AR AS BH BR CG CH DD DL DN GA GJ HP HR JH JK KA KL LA LD MH ML MN MP MZ NL OD OR PB PY RJ SK TG TN TR TS UK UA UP WB'.split(
    ' ',
  ),
);

/** Codes of German districts that are issued (Fahrzeug-Zulassungsverordnung, annex 1, kept at the BMDV). */
const districts = new Set(
  (
    'A AA AB ABG ABI AC AE AH AIB AIC AK ALF ALZ AM AN ANA ANG ANK AÖ AP APD ARN ART AS ASL ASZ AT AU AUR AW AZ AZE ' +
    'B BA BAD BAR BB BBG BBL BC BCH BD BED BER BF BGD BGL BH BI BID BIN BIR BIT BIW BK BKS BL BLB BLK BM BN BNA BO BOH BOR BOT BP BRA BRB BRG BRK BRL BRV BS BSB BSK BT BTF BÜD BUL BÜR BÜS BÜZ BW BWL BYL BZ BZA ' +
    'C CA CAS CB CE CHA CLP CLZ CO COC COE CR CUX CW D DA DAH DAN DAU DBR DD DE DEG DEL DGF DH DI DIL DIN DIZ DKB DL DLG DM DN DO DON DS DU DUD DÜW DW DZ ' +
    'E EA EB EBE EBN EBS ECK ED EE EF EG EH EI EIC EIL EIN EIS EL EM EMD EMS EN ER ERB ERH ERK ERZ ES ESB ESW EU EW F FB FD FDB FDS FEU FF FFB FG FH FI FKB FL FLÖ FN FO FOR FR FRG FRI FRW FS FT FTL FÜ FÜS FW FZ ' +
    'G GA GAN GAP GC GD GDB GE GEL GEO GER GF GG GHA GHC GI GK GL GLA GM GMN GN GNT GÖ GOA GOH GP GR GRA GRH GRI GRM GRZ GS GT GTH GÜ GUB GUN GV GVM GW GZ ' +
    'H HA HAB HAL HAM HAS HB HBN HBS HC HCH HD HDH HDL HE HEB HEF HEI HEL HER HET HF HG HGN HGW HH HHM HI HIG HIP HK HL HM HMÜ HN HO HOG HOH HOL HOM HOR HÖS HOT HP HR HRO HS HSK HST HU HV HVL HWI HX HY HZ ' +
    'IGB IK IL ILL IN IZ J JE JL JÜL K KA KB KC KE KEH KEL KEM KF KG KH KI KIB KK KL KLE KLZ KM KN KO KÖN KÖT KÖZ KR KRU KS KT KU KÜN KUS KY KYF L LA LAN LAU LB LBS LBZ LC LD LDK LDS LEO LER LEV LF LG LH LI LIB LIF LIP LL LM LN LÖ LÖB LOS LP LR LRO LSA LSN LSZ LU LÜN LUP LWL ' +
    'M MA MAB MAI MAK MAL MB MC MD ME MED MEG MEI MEK MEL MER MET MG MGH MGN MH MHL MI MIL MK MKK ML MM MN MO MOD MOL MON MOS MQ MR MS MSE MSH MSP MST MTK MTL MÜ MÜB MÜR MVL MW MY MYK MZ MZG ' +
    'N NAB NAI NAU NB ND NDH NE NEA NEB NEC NEN NES NEW NF NH NI NK NL NM NMB NMS NÖ NOH NOL NOM NOR NP NR NRÜ NRW NT NU NVP NW NWM NY NZ OA OAL OB OBB OBG OC OCH OD OE OF OG OH OHA OHV OHZ OK OL OP OPR OS OSL OTW OVI OVL OVP OZ ' +
    'P PA PAF PAN PAR PB PCH PE PEG PF PI PIR PL PLÖ PM PN PR PRÜ PS PW PZ QFT QLB R RA RC RD RDG RE REG REH REI RG RH RI RID RIE RL RM RN RO ROD ROF ROH ROK ROL ROS ROT ROW RP RPL RS RSL RT RU RÜD RÜG RV RW RY RZ ' +
    'S SAB SAD SAL SAN SAW SB SBG SBK SC SCZ SDH SDL SDT SE SEB SEE SEF SEL SFB SFT SG SGH SH SHA SHG SHK SHL SI SIG SIM SK SL SLE SLF SLG SLK SLN SLS SLÜ SLZ SM SMÜ SN SO SOB SOG SOK SÖM SON SP SPB SPN SR SRB SRO ST STA STB STD STE STH STL STO SU SUL SÜW SW SWA SY SZ SZB ' +
    'TBB TDO TE TET TF TG THL THW TIR TO TÖL TP TR TS TT TÜ TUT UE UEM UFF UH UL UM UN USI V VAI VB VEC VER VG VIB VIE VIT VK VL VOH VR VS W WA WAF WAK WAN WAR WAT WB WBG WBS WDA WE WEB WEL WEN WER WES WF WG WHV WI WIL WIS WIT WIZ WK WL WLG WM WMS WN WND WO WOB WOH WOL WOR WOS WR WRN WS WSF WST WSW WT WTL WTM WÜ WUG WÜM WUN WUR WW WZ WZL X Y Z ZE ZEL ZI ZIG ZP ZR ZW ZZ'
  )
    .replaceAll('Ä', 'A')
    .replaceAll('Ö', 'O')
    .replaceAll('Ü', 'U')
    .split(' '),
);
